using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Sets of axes as bit masks.</summary>
internal static class Axes
{
    /// <summary>The axes of an attribute, or of an input where newer versions have it.</summary>
    /// <param name="context">The call.</param>
    /// <param name="attribute">The attribute; null where the node does not have it.</param>
    /// <param name="input">The input.</param>
    /// <param name="rank">Of the tensor that the axes are of.</param>
    /// <returns>A bit for each axis; null when neither is given.</returns>
    public static int? Read(OperatorContext context, long[]? attribute, int input, int rank)
    {
        if (attribute is null && context.OptionalInput(input) is null)
        {
            return null;
        }

        int mask = 0;
        foreach (long axis in attribute ?? context.Integers(input))
        {
            mask |= 1 << context.NormalizeAxis(axis, rank);
        }

        return mask;
    }

    /// <summary>Whether a mask has an axis.</summary>
    public static bool Has(int mask, int axis) => (mask & (1 << axis)) != 0;

    /// <summary>A shape without some of its axes.</summary>
    public static Shape Without(in Shape shape, int mask)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        int rank = 0;
        for (int i = 0; i < shape.Rank; i++)
        {
            if (!Has(mask, i))
            {
                sizes[rank++] = shape[i];
            }
        }

        return new Shape(sizes[..rank]);
    }

    /// <summary>A shape with some of its axes made 1.</summary>
    public static Shape Collapse(in Shape shape, int mask)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        for (int i = 0; i < shape.Rank; i++)
        {
            sizes[i] = Has(mask, i) ? 1 : shape[i];
        }

        return new Shape(sizes[..shape.Rank]);
    }
}
