using System.Runtime.InteropServices;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Picks single elements: those at the indices' own places, with the index in place of one coordinate.</summary>
internal sealed class GatherElements(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 0);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor indices = context.Input(1);
        int axis = context.NormalizeAxis(_axis, x.Shape.Rank);
        int elementSize = context.ElementSize(x);
        if (indices.Shape.Rank != x.Shape.Rank)
        {
            throw context.Error($"indices of shape {indices.Shape} for {x.Shape}.");
        }

        Tensor y = context.AllocateOutput(0, x.ElementType, indices.Shape);
        ElementPlaces places = new(context, x.Shape, indices.Shape, axis, context.Integers(1));
        switch (elementSize)
        {
            case 1: Pick<byte>(x, y, places); break;
            case 2: Pick<ushort>(x, y, places); break;
            case 4: Pick<uint>(x, y, places); break;
            default: Pick<ulong>(x, y, places); break;
        }
    }

    private static void Pick<T>(Tensor x, Tensor y, ElementPlaces places)
        where T : unmanaged
    {
        ReadOnlySpan<T> source = MemoryMarshal.Cast<byte, T>(x.AsReadOnlySpan<byte>());
        Span<T> target = MemoryMarshal.Cast<byte, T>(y.AsSpan<byte>());
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = source[places.Next()];
        }
    }
}
