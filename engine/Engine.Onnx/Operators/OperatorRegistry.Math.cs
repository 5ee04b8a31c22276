namespace Engine.Onnx.Operators;

/// <summary>Operators that compute each element on its own.</summary>
internal sealed partial class OperatorRegistry
{
    private void AddMath()
    {
        Add("Add", 7, _ => new Add());
        Add("Ceil", 6, _ => new Ceil());
        Add("Cos", 7, _ => new Cos());
        Add("Div", 7, _ => new Div());
        Add("Exp", 6, _ => new Exp());
        Add("Floor", 6, _ => new Floor());
        Add("Log", 6, _ => new Log());
        Add("Mul", 7, _ => new Mul());
        Add("Sigmoid", 6, _ => new Sigmoid());
        Add("Sin", 7, _ => new Sin());
        Add("Sqrt", 6, _ => new Sqrt());
        Add("Sub", 7, _ => new Sub());
        Add("Tanh", 6, _ => new Tanh());
    }
}
