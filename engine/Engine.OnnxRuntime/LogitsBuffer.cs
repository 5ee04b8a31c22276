using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Engine.Inference.Runners;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>The logits of one run as the graph computes them, 32 or 16 bits wide.</summary>
internal sealed unsafe class LogitsBuffer(ModelSignature signature) : IDisposable
{
    private readonly NativeBlock _block = new();
    private readonly long _rowBytes = signature.Logits.ElementType.ByteCount(signature.VocabularySize);

    /// <summary>A tensor for a run's logits.</summary>
    public OrtValue Tensor(int sequences, int rows)
    {
        _block.Ensure(sequences * rows * _rowBytes);
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, (TensorElementType)(int)signature.Logits.ElementType, [sequences, rows, signature.VocabularySize],
            (IntPtr)_block.Data, sequences * rows * _rowBytes);
    }

    /// <summary>Copies a row, widened to single precision.</summary>
    public void CopyRow(int row, Span<float> destination)
    {
        ReadOnlySpan<byte> bytes = new(_block.Data + (row * _rowBytes), checked((int)_rowBytes));
        switch (signature.Logits.ElementType)
        {
            case ElementType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(destination);
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), destination);
                break;
            default:
                ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < upper.Length; i++)
                {
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }

                break;
        }
    }

    public void Dispose() => _block.Dispose();
}
