using Engine.Onnx.Operators.Fused;

namespace Engine.Onnx.Operators;

/// <summary>Operators that compute each element on its own.</summary>
internal sealed partial class OperatorRegistry
{
    private void AddMath()
    {
        AddArithmetic();
        AddFunctions();
        AddLogic();
        AddFused();
    }

    private void AddArithmetic()
    {
        Add("Abs", 6, _ => new NumberOperator<AbsFunction>());
        Add("Add", 7, _ => new Add());
        Add("Clip", 6, node => new Clip(node));
        Add("Div", 7, _ => new Div());
        Add("Max", 6, _ => new VariadicOperator<MaxOperation>());
        Add("Mean", 6, _ => new VariadicOperator<Add.Operation>(isMean: true));
        Add("Min", 6, _ => new VariadicOperator<MinOperation>());
        Add("Mod", 10, node => node.Attributes.Flag("fmod") ? new Mod<TruncatedModOperation>() : new Mod<FloorModOperation>());
        Add("Mul", 7, _ => new Mul());
        Add("Neg", 6, _ => new NumberOperator<NegFunction>());
        Add("Pow", 7, _ => new Pow());
        Add("PRelu", 7, _ => new PRelu());
        Add("Relu", 6, _ => new NumberOperator<ReluFunction>());
        Add("Sign", 9, _ => new NumberOperator<SignFunction>());
        Add("Sub", 7, _ => new Sub());
        Add("Sum", 6, _ => new VariadicOperator<Add.Operation>());
    }

    private void AddFunctions()
    {
        Add("Acos", 7, _ => new FunctionOperator<AcosFunction>(default));
        Add("Acosh", 9, _ => new FunctionOperator<AcoshFunction>(default));
        Add("Asin", 7, _ => new FunctionOperator<AsinFunction>(default));
        Add("Asinh", 9, _ => new FunctionOperator<AsinhFunction>(default));
        Add("Atan", 7, _ => new FunctionOperator<AtanFunction>(default));
        Add("Atanh", 9, _ => new FunctionOperator<AtanhFunction>(default));
        Add("Ceil", 6, _ => new Ceil());
        Add("Celu", 12, node => new FunctionOperator<CeluFunction>(new CeluFunction(node)));
        Add("Cos", 7, _ => new Cos());
        Add("Cosh", 9, _ => new FunctionOperator<CoshFunction>(default));
        Add("Elu", 6, node => new FunctionOperator<EluFunction>(new EluFunction(node)));
        Add("Erf", 9, _ => new FunctionOperator<ErfFunction>(default));
        Add("Exp", 6, _ => new Exp());
        Add("Floor", 6, _ => new Floor());
        Add("HardSigmoid", 6, node => new FunctionOperator<HardSigmoidFunction>(new HardSigmoidFunction(node)));
        Add("HardSwish", 14, _ => new FunctionOperator<HardSwishFunction>(default));
        Add("LeakyRelu", 6, node => new FunctionOperator<LeakyReluFunction>(new LeakyReluFunction(node)));
        Add("Log", 6, _ => new Log());
        Add("Mish", 18, _ => new FunctionOperator<MishFunction>(default));
        Add("Reciprocal", 6, _ => new Reciprocal());
        Add("Round", 11, _ => new FunctionOperator<RoundFunction>(default));
        Add("Selu", 6, node => new FunctionOperator<SeluFunction>(new SeluFunction(node)));
        Add("Sigmoid", 6, _ => new Sigmoid());
        Add("Sin", 7, _ => new Sin());
        Add("Sinh", 9, _ => new FunctionOperator<SinhFunction>(default));
        Add("Softplus", 1, _ => new FunctionOperator<SoftplusFunction>(default));
        Add("Softsign", 1, _ => new FunctionOperator<SoftsignFunction>(default));
        Add("Sqrt", 6, _ => new Sqrt());
        Add("Tan", 7, _ => new FunctionOperator<TanFunction>(default));
        Add("Tanh", 6, _ => new Tanh());
        Add("ThresholdedRelu", 10, node => new FunctionOperator<ThresholdedReluFunction>(new ThresholdedReluFunction(node)));
    }

    private void AddLogic()
    {
        Add("And", 7, _ => new Comparison<AndRelation>());
        Add("Equal", 7, _ => new Comparison<EqualRelation>());
        Add("Greater", 7, _ => new Comparison<GreaterRelation>());
        Add("GreaterOrEqual", 12, _ => new Comparison<GreaterOrEqualRelation>());
        Add("IsInf", 10, node => new FloatTest(node));
        Add("IsNaN", 9, node => new FloatTest(node));
        Add("Less", 7, _ => new Comparison<LessRelation>());
        Add("LessOrEqual", 12, _ => new Comparison<LessOrEqualRelation>());
        Add("Not", 1, _ => new Not());
        Add("Or", 7, _ => new Comparison<OrRelation>());
        Add("Where", 9, _ => new Where());
        Add("Xor", 7, _ => new Comparison<XorRelation>());
    }

    /// <summary>What the fusions of the optimizer make.</summary>
    private void AddFused()
    {
        Add(Own, "Silu", 1, _ => new Silu());
        Add(Own, "SiluMultiply", 1, _ => new SiluMultiply());
    }
}
