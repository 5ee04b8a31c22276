using System.Numerics.Tensors;
using Engine.Onnx.Tensors;
using Tensor = Engine.Onnx.Tensors.Tensor;

namespace Engine.Inference.Runners;

/// <summary>Copies rows of logits out of the graph's tensor, widened to single precision.</summary>
internal static class LogitRows
{
    /// <summary>Copies neighbouring rows.</summary>
    /// <param name="logits">The graph's output, its last dimension one row.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="destination">Whole rows, as many as are wanted.</param>
    public static void Copy(Tensor logits, int firstRow, Span<float> destination)
    {
        long start = (long)firstRow * logits.Shape[^1];
        switch (logits.ElementType)
        {
            case ElementType.Float32:
                logits.Slice<float>(start, destination.Length).CopyTo(destination);
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(logits.Slice<Half>(start, destination.Length), destination);
                break;
            default:
                ReadOnlySpan<BFloat16> rows = logits.Slice<BFloat16>(start, destination.Length);
                for (int i = 0; i < rows.Length; i++)
                {
                    destination[i] = (float)rows[i];
                }

                break;
        }
    }
}
