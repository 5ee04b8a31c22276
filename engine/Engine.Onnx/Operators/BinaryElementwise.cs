using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Onnx.Kernels.Conversion;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>The loops of elementwise arithmetic on two tensors of one type.</summary>
internal static class BinaryElementwise<TOperation>
    where TOperation : struct, IBinaryOperation
{
    private const int Block = 512;

    /// <summary>Computes y = a ∘ b; y has the shape that both broadcast to, and may be an operand of that shape.</summary>
    /// <returns>False for a type without arithmetic.</returns>
    public static bool TryRun(Tensor a, Tensor b, Tensor y)
    {
        switch (a.ElementType)
        {
            case ElementType.Float32: Compute<float>(a, b, y); break;
            case ElementType.Float16: ComputeAsSingle<Half>(a, b, y); break;
            case ElementType.BFloat16: ComputeAsSingle<BFloat16>(a, b, y); break;
            case ElementType.Int64: Compute<long>(a, b, y); break;
            case ElementType.Int32: Compute<int>(a, b, y); break;
            case ElementType.Float64: Compute<double>(a, b, y); break;
            case ElementType.Int16: Compute<short>(a, b, y); break;
            case ElementType.Int8: Compute<sbyte>(a, b, y); break;
            case ElementType.UInt8: Compute<byte>(a, b, y); break;
            case ElementType.UInt16: Compute<ushort>(a, b, y); break;
            case ElementType.UInt32: Compute<uint>(a, b, y); break;
            case ElementType.UInt64: Compute<ulong>(a, b, y); break;
            default: return false;
        }

        return true;
    }

    private static void Compute<T>(Tensor a, Tensor b, Tensor y)
        where T : unmanaged, INumber<T>
    {
        BroadcastLoop loop = new(y.Shape, a.Shape, b.Shape, b.Shape);
        while (loop.Next())
        {
            Span<T> target = y.WritableSlice<T>(loop.Start, loop.RunLength);
            Apply(a.Slice<T>(loop.Offset(0), loop.Length(0)), b.Slice<T>(loop.Offset(1), loop.Length(1)), target);
        }
    }

    [SkipLocalsInit]
    private static void ComputeAsSingle<T>(Tensor a, Tensor b, Tensor y)
        where T : unmanaged
    {
        Span<float> left = stackalloc float[Block];
        Span<float> right = stackalloc float[Block];
        BroadcastLoop loop = new(y.Shape, a.Shape, b.Shape, b.Shape);
        while (loop.Next())
        {
            for (int start = 0; start < loop.RunLength; start += Block)
            {
                int count = Math.Min(Block, loop.RunLength - start);
                ReadOnlySpan<float> leftRun = Load<T>(a, loop, 0, start, count, left);
                ReadOnlySpan<float> rightRun = Load<T>(b, loop, 1, start, count, right);
                Span<float> result = left[..count];
                Apply(leftRun, rightRun, result);
                SingleConversion.FromSingle(result, y.WritableSlice<T>(loop.Start + start, count));
            }
        }
    }

    private static ReadOnlySpan<float> Load<T>(Tensor tensor, in BroadcastLoop loop, int operand, int start, int count, Span<float> buffer)
        where T : unmanaged
    {
        bool repeats = loop.Repeats(operand);
        Span<float> run = buffer[..(repeats ? 1 : count)];
        SingleConversion.ToSingle(tensor.Slice<T>(loop.Offset(operand) + (repeats ? 0 : start), run.Length), run);
        return run;
    }

    private static void Apply<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T>
    {
        if (a.Length == b.Length)
        {
            TOperation.Run(a, b, y);
        }
        else if (b.Length == 1)
        {
            TOperation.Run(a, b[0], y);
        }
        else
        {
            TOperation.Run(a[0], b, y);
        }
    }
}
