using System.Runtime.InteropServices;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>A new axis that holds one value at each index and another elsewhere; indices outside give the other value only.</summary>
internal sealed class OneHot(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", -1);

    public override void Run(OperatorContext context)
    {
        Tensor indices = context.Input(0);
        Tensor values = context.Input(2);
        Span<double> depth = stackalloc double[1];
        Span<double> places = context.Scratch<double>((int)indices.ElementCount);
        if (context.Input(1).ElementCount != 1 || !TensorValues.TryRead(context.Input(1), depth) || !TensorValues.TryRead(indices, places) || values.ElementCount != 2)
        {
            throw context.Error("depth must be one number, and values two.");
        }

        int axis = context.NormalizeAxis(_axis, indices.Shape.Rank + 1);
        Span<long> sizes = stackalloc long[Shape.MaxRank + 1];
        for (int i = 0; i <= indices.Shape.Rank; i++)
        {
            sizes[i] = i == axis ? (long)depth[0] : indices.Shape[i < axis ? i : i - 1];
        }

        int elementSize = context.ElementSize(values);
        Tensor y = context.AllocateOutput(0, values.ElementType, context.ToShape(sizes[..(indices.Shape.Rank + 1)]));
        int inner = (int)indices.Shape.CountBetween(axis, indices.Shape.Rank);
        switch (elementSize)
        {
            case 1: Run<byte>(values, y, places, (int)depth[0], inner); break;
            case 2: Run<ushort>(values, y, places, (int)depth[0], inner); break;
            case 4: Run<uint>(values, y, places, (int)depth[0], inner); break;
            default: Run<ulong>(values, y, places, (int)depth[0], inner); break;
        }
    }

    private static void Run<T>(Tensor values, Tensor y, ReadOnlySpan<double> places, int depth, int inner)
        where T : unmanaged
    {
        ReadOnlySpan<T> both = MemoryMarshal.Cast<byte, T>(values.AsReadOnlySpan<byte>());
        Span<T> target = MemoryMarshal.Cast<byte, T>(y.AsSpan<byte>());
        target.Fill(both[0]);
        for (int i = 0; i < places.Length; i++)
        {
            double place = places[i] < 0 ? places[i] + depth : places[i];
            if (place >= 0 && place < depth)
            {
                target[(((i / inner * depth) + (int)place) * inner) + (i % inner)] = both[1];
            }
        }
    }
}
