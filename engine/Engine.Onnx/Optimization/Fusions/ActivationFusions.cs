namespace Engine.Onnx.Optimization.Fusions;

/// <summary>The activations of feed-forward layers, which exporters write out as several nodes.</summary>
internal static class ActivationFusions
{
    private static readonly Pattern X = Pattern.Input("x");
    private static readonly Pattern Silu = Pattern.Node("Mul", X, Pattern.Node("Sigmoid", X));

    /// <summary>The larger formula first: the smaller is a part of it.</summary>
    public static IReadOnlyList<IGraphPass> All { get; } =
    [
        new FusionPass(Pattern.Node("Mul", Silu, Pattern.Input("factor")), "SiluMultiply", "x", "factor"),
        new FusionPass(Silu, "Silu", "x"),
    ];
}
