namespace Engine.Onnx.Operators;

/// <summary>The function of a <see cref="FunctionOperator{TFunction}"/>; made from the node's attributes.</summary>
internal interface IUnaryFunction
{
    /// <summary>The result for one element; singles are computed as doubles and rounded once.</summary>
    double Of(double x);
}
