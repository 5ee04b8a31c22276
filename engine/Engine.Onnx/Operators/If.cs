using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Runs one of two graphs.</summary>
internal sealed class If : Operator
{
    public override void Run(OperatorContext context)
    {
        Tensor condition = context.Input(0, ElementType.Bool);
        if (condition.ElementCount != 1)
        {
            throw context.Error($"a condition of shape {condition.Shape}; it must be one value.");
        }

        ReadOnlySpan<Tensor?> results = context.RunSubgraph(condition.AsReadOnlySpan<bool>()[0] ? "then_branch" : "else_branch");
        if (results.Length < context.OutputCount)
        {
            throw context.Error($"the branch computes {results.Length} of {context.OutputCount} outputs.");
        }

        for (int i = 0; i < context.OutputCount; i++)
        {
            if (context.HasOutput(i))
            {
                context.AliasOutput(i, results[i]!, results[i]!.Shape);
            }
        }
    }
}
