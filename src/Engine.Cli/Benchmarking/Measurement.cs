namespace Engine.Cli.Benchmarking;

/// <summary>One measured figure.</summary>
/// <param name="Metric">load, prefill, decode or batch.</param>
/// <param name="Value">Seconds for load, else tokens per second of all sequences together.</param>
/// <param name="Batch">Sequences at once; <see langword="null"/> for load.</param>
/// <param name="Context">Tokens that each sequence held before; <see langword="null"/> for load.</param>
/// <param name="Count">Tokens or steps measured; <see langword="null"/> for load.</param>
/// <param name="MedianStep">The median step in milliseconds, where steps were measured.</param>
internal sealed record Measurement(string Metric, double Value, int? Batch = null, int? Context = null, int? Count = null, double? MedianStep = null)
{
    /// <summary>The unit of <see cref="Value"/>.</summary>
    public string Unit => Metric == "load" ? "s" : "tok/s";
}
