namespace Engine.Onnx.Operators;

/// <summary>Operators of the domain com.microsoft, our own fused ones, and the matrix products.</summary>
internal sealed partial class OperatorRegistry
{
    private void AddLanguageModel()
    {
        _ = _entries;
    }
}
