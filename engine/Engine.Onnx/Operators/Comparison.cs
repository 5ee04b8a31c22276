using System.Numerics;
using Engine.Onnx.Kernels.Conversion;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Whether a relation holds between the elements of two tensors of one type, broadcast; also the logic of two truth values.</summary>
internal sealed class Comparison<TComparison> : Operator
    where TComparison : struct, IComparison
{
    public override void Run(OperatorContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1, a.ElementType);
        Tensor y = context.AllocateOutput(0, ElementType.Bool, context.Broadcast(a, b));
        Span<bool> target = y.AsSpan<bool>();
        BroadcastLoop loop = new(y.Shape, a.Shape, b.Shape, b.Shape);
        switch (a.ElementType)
        {
            case ElementType.Float32: Compute(a.AsReadOnlySpan<float>(), b.AsReadOnlySpan<float>(), target, loop); break;
            case ElementType.Float16: Compute(a.AsReadOnlySpan<Half>(), b.AsReadOnlySpan<Half>(), target, loop); break;
            case ElementType.BFloat16: Compute(Wide(context, a), Wide(context, b), target, loop); break;
            case ElementType.Float64: Compute(a.AsReadOnlySpan<double>(), b.AsReadOnlySpan<double>(), target, loop); break;
            case ElementType.Int64: Compute(a.AsReadOnlySpan<long>(), b.AsReadOnlySpan<long>(), target, loop); break;
            case ElementType.Int32: Compute(a.AsReadOnlySpan<int>(), b.AsReadOnlySpan<int>(), target, loop); break;
            case ElementType.Int16: Compute(a.AsReadOnlySpan<short>(), b.AsReadOnlySpan<short>(), target, loop); break;
            case ElementType.Int8: Compute(a.AsReadOnlySpan<sbyte>(), b.AsReadOnlySpan<sbyte>(), target, loop); break;
            case ElementType.UInt64: Compute(a.AsReadOnlySpan<ulong>(), b.AsReadOnlySpan<ulong>(), target, loop); break;
            case ElementType.UInt32: Compute(a.AsReadOnlySpan<uint>(), b.AsReadOnlySpan<uint>(), target, loop); break;
            case ElementType.UInt16: Compute(a.AsReadOnlySpan<ushort>(), b.AsReadOnlySpan<ushort>(), target, loop); break;
            case ElementType.UInt8 or ElementType.Bool: Compute(a.AsReadOnlySpan<byte>(), b.AsReadOnlySpan<byte>(), target, loop); break;
            default: throw context.UnsupportedType(a.ElementType);
        }
    }

    private static Span<float> Wide(OperatorContext context, Tensor tensor)
    {
        Span<float> wide = context.Scratch<float>((int)tensor.ElementCount);
        BFloat16Conversion.ToSingle(tensor.AsReadOnlySpan<BFloat16>(), wide);
        return wide;
    }

    private static void Compute<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<bool> y, BroadcastLoop loop)
        where T : INumber<T>
    {
        while (loop.Next())
        {
            int left = (int)loop.Offset(0);
            int right = (int)loop.Offset(1);
            int leftStep = loop.Repeats(0) ? 0 : 1;
            int rightStep = loop.Repeats(1) ? 0 : 1;
            Span<bool> run = y.Slice((int)loop.Start, loop.RunLength);
            for (int i = 0; i < run.Length; i++)
            {
                run[i] = TComparison.Holds(a[left], b[right]);
                left += leftStep;
                right += rightStep;
            }
        }
    }
}
