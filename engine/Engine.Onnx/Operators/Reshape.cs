using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>The same elements under another shape: 0 keeps a dimension (unless allowzero), one -1 takes what is left.</summary>
internal sealed class Reshape(Node node) : Operator
{
    private readonly bool _allowZero = node.Attributes.Flag("allowzero");

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        ReadOnlySpan<long> wanted = context.Integers(1);
        if (wanted.Length > Shape.MaxRank)
        {
            throw context.Error($"a shape of {wanted.Length} dimensions; at most {Shape.MaxRank} are supported.");
        }

        Span<long> sizes = stackalloc long[Shape.MaxRank];
        int inferred = -1;
        long known = 1;
        for (int i = 0; i < wanted.Length; i++)
        {
            sizes[i] = wanted[i] == 0 && !_allowZero && i < x.Shape.Rank ? x.Shape[i] : wanted[i];
            if (sizes[i] == -1)
            {
                inferred = inferred < 0 ? i : throw context.Error("the shape leaves two dimensions open.");
                continue;
            }

            known = unchecked(known * sizes[i]);
        }

        if (inferred >= 0)
        {
            sizes[inferred] = known > 0 && x.ElementCount % known == 0 ? x.ElementCount / known : known == 0 ? 0 : -1;
        }

        Shape shape = context.ToShape(sizes[..wanted.Length]);
        if (shape.ElementCount != x.ElementCount)
        {
            throw context.Error($"{x.Shape} cannot become {shape}: {x.ElementCount} elements against {shape.ElementCount}.");
        }

        context.AliasOutput(0, x, shape);
    }
}
