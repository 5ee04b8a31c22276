namespace Engine.Onnx.Operators;

/// <summary>Operators that make one element out of many.</summary>
internal sealed partial class OperatorRegistry
{
    private void AddReductions()
    {
        Add("ReduceMax", 1, node => new Reduce<MaxReduction>(node));
        Add("ReduceMean", 1, node => new Reduce<MeanReduction>(node));
        Add("ReduceMin", 1, node => new Reduce<MinReduction>(node));
        Add("ReduceProd", 1, node => new Reduce<ProductReduction>(node));
        Add("ReduceSum", 1, node => new Reduce<SumReduction>(node));
    }
}
