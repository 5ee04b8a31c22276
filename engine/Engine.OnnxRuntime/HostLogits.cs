using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Engine.Inference.Runners;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>Logits in the memory of the processor, 32 or 16 bits wide.</summary>
internal sealed unsafe class HostLogits(ModelSignature signature) : LogitsStore
{
    private readonly NativeBlock _block = new();
    private readonly int _columns = signature.VocabularySize;
    private readonly long _rowBytes = signature.Logits.ElementType.ByteCount(signature.VocabularySize);

    public override OrtValue Tensor(int sequences, int rows)
    {
        _block.Ensure(sequences * rows * _rowBytes);
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, (TensorElementType)(int)signature.Logits.ElementType, [sequences, rows, _columns], (IntPtr)_block.Data, sequences * rows * _rowBytes);
    }

    public override void Copy(IReadOnlyList<(int From, int To)> rows, Span<float> destination)
    {
        foreach ((int from, int to) in rows)
        {
            ReadOnlySpan<byte> row = new(_block.Data + (from * _rowBytes), checked((int)_rowBytes));
            Widen(row, signature.Logits.ElementType, destination.Slice(to * _columns, _columns));
        }
    }

    public override void Dispose() => _block.Dispose();

    private static void Widen(ReadOnlySpan<byte> row, ElementType type, Span<float> destination)
    {
        switch (type)
        {
            case ElementType.Float32:
                MemoryMarshal.Cast<byte, float>(row).CopyTo(destination);
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(row), destination);
                break;
            default:
                ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(row);
                for (int i = 0; i < upper.Length; i++)
                {
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }

                break;
        }
    }
}
