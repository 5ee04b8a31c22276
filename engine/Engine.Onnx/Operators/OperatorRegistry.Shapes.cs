namespace Engine.Onnx.Operators;

/// <summary>Operators that move, copy or describe elements without computing on them.</summary>
internal sealed partial class OperatorRegistry
{
    private void AddShapes()
    {
        Add("Identity", 1, _ => new Identity());
    }
}
