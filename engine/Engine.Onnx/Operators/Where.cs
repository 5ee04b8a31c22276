using System.Runtime.InteropServices;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = x where a condition holds, and another tensor's elements elsewhere; all three broadcast.</summary>
internal sealed class Where : Operator
{
    public override void Run(OperatorContext context)
    {
        Tensor condition = context.Input(0, ElementType.Bool);
        Tensor x = context.Input(1);
        Tensor other = context.Input(2, x.ElementType);
        Shape values = context.Broadcast(x, other);
        if (!Shape.TryBroadcast(values, condition.Shape, out Shape shape))
        {
            throw context.Error($"shapes {values} and {condition.Shape} do not broadcast to one.");
        }

        int elementSize = context.ElementSize(x);
        Tensor y = context.AllocateOutput(0, x.ElementType, shape);
        BroadcastLoop loop = new(shape, condition.Shape, x.Shape, other.Shape);
        ReadOnlySpan<bool> chosen = condition.AsReadOnlySpan<bool>();
        switch (elementSize)
        {
            case 1: Choose<byte>(chosen, x, other, y, loop); break;
            case 2: Choose<ushort>(chosen, x, other, y, loop); break;
            case 4: Choose<uint>(chosen, x, other, y, loop); break;
            default: Choose<ulong>(chosen, x, other, y, loop); break;
        }
    }

    private static void Choose<T>(ReadOnlySpan<bool> condition, Tensor x, Tensor other, Tensor y, BroadcastLoop loop)
        where T : unmanaged
    {
        ReadOnlySpan<T> first = MemoryMarshal.Cast<byte, T>(x.AsReadOnlySpan<byte>());
        ReadOnlySpan<T> second = MemoryMarshal.Cast<byte, T>(other.AsReadOnlySpan<byte>());
        Span<T> target = MemoryMarshal.Cast<byte, T>(y.AsSpan<byte>());
        while (loop.Next())
        {
            int which = (int)loop.Offset(0);
            int left = (int)loop.Offset(1);
            int right = (int)loop.Offset(2);
            int whichStep = loop.Repeats(0) ? 0 : 1;
            int leftStep = loop.Repeats(1) ? 0 : 1;
            int rightStep = loop.Repeats(2) ? 0 : 1;
            Span<T> run = target.Slice((int)loop.Start, loop.RunLength);
            for (int i = 0; i < run.Length; i++)
            {
                run[i] = condition[which] ? first[left] : second[right];
                which += whichStep;
                left += leftStep;
                right += rightStep;
            }
        }
    }
}
