namespace Engine.Onnx.Operators;

/// <summary>Operators that make one element out of many.</summary>
internal sealed partial class OperatorRegistry
{
    private void AddReductions()
    {
        Add("ArgMax", 1, node => new ArgReduce(node, largest: true));
        Add("ArgMin", 1, node => new ArgReduce(node, largest: false));
        Add("CumSum", 11, node => new CumSum(node));
        Add("ReduceL1", 1, node => new Reduce<L1Reduction>(node));
        Add("ReduceL2", 1, node => new Reduce<L2Reduction>(node));
        Add("ReduceLogSum", 1, node => new Reduce<LogSumReduction>(node));
        Add("ReduceMax", 1, node => new Reduce<MaxReduction>(node));
        Add("ReduceMean", 1, node => new Reduce<MeanReduction>(node));
        Add("ReduceMin", 1, node => new Reduce<MinReduction>(node));
        Add("ReduceProd", 1, node => new Reduce<ProductReduction>(node));
        Add("ReduceSum", 1, node => new Reduce<SumReduction>(node));
        Add("ReduceSumSquare", 1, node => new Reduce<SumSquareReduction>(node));
        Add("TopK", 1, node => new TopK(node));
    }
}
