using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntimeGenAI;
using Tensor = Microsoft.ML.OnnxRuntimeGenAI.Tensor;

namespace Engine.GenAI;

/// <summary>Copies rows of logits out of GenAI's tensor, widened to single precision.</summary>
internal static class LogitRows
{
    /// <summary>ONNX's number for it; the binding has no name for it.</summary>
    private const ElementType BFloat16 = (ElementType)16;

    /// <summary>Copies the last rows.</summary>
    /// <param name="logits"><c>[1, tokens, vocabulary]</c>.</param>
    /// <param name="destination">As many rows as are wanted.</param>
    public static void CopyLast(Tensor logits, Span<float> destination)
    {
        ElementType type = logits.Type();
        switch (type)
        {
            case ElementType.float32:
                Last(logits.GetData<float>(), destination.Length).CopyTo(destination);
                break;
            case ElementType.float16:
                TensorPrimitives.ConvertToSingle(Last(logits.GetData<Half>(), destination.Length), destination);
                break;
            case BFloat16:
                ReadOnlySpan<ushort> upper = Last(logits.GetData<ushort>(), destination.Length);
                for (int i = 0; i < upper.Length; i++)
                {
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }

                break;
            default:
                throw new NotSupportedException($"The logits are of the type {type}, which is none of float32, float16 and bfloat16.");
        }
    }

    private static ReadOnlySpan<T> Last<T>(ReadOnlySpan<T> data, int wanted) =>
        data.Length >= wanted ? data[^wanted..] : throw new InvalidOperationException($"GenAI gave {data.Length} logits where {wanted} are wanted.");
}
