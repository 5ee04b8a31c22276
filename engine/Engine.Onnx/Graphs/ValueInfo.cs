using Engine.Onnx.Tensors;

namespace Engine.Onnx.Graphs;

/// <summary>What a model declares about one of its inputs, outputs or initializers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">Type of the elements; undefined where the model does not say.</param>
/// <param name="Dimensions">The dimensions; null where the model does not say.</param>
public sealed record ValueInfo(string Name, ElementType ElementType, IReadOnlyList<Dimension>? Dimensions)
{
    /// <summary>As messages write it: <c>input_ids: int64 [batch,sequence]</c>.</summary>
    public override string ToString() => $"{Name}: {ElementType.Name()} {(Dimensions is null ? "of any shape" : $"[{string.Join(',', Dimensions)}]")}";
}
