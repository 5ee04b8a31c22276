namespace Engine.Cli.Benchmarking;

/// <summary>One measured figure.</summary>
/// <param name="Metric">load, prefill, decode or batch; bandwidth, bandwidth_share or peak_rss.</param>
/// <param name="Value">In <see cref="Unit"/>; rates are those of all sequences together.</param>
/// <param name="Batch">Sequences at once; <see langword="null"/> where none run.</param>
/// <param name="Context">Tokens that each sequence held before; <see langword="null"/> where none run.</param>
/// <param name="Count">Tokens or steps measured; <see langword="null"/> where none run.</param>
/// <param name="MedianStep">The median step in milliseconds, where steps were measured.</param>
/// <param name="Of">The metric that a share is of.</param>
internal sealed record Measurement(string Metric, double Value, int? Batch = null, int? Context = null, int? Count = null, double? MedianStep = null, string? Of = null)
{
    /// <summary>The unit of <see cref="Value"/>.</summary>
    public string Unit => Metric switch
    {
        "load" => "s",
        "bandwidth" => "GB/s",
        "bandwidth_share" => "of bandwidth",
        "peak_rss" => "MiB",
        _ => "tok/s",
    };

    /// <summary>What several rounds of one measurement have in the middle.</summary>
    public static Measurement Median(IReadOnlyList<Measurement> rounds) =>
        rounds[0] with { Value = Middle(rounds.Select(round => round.Value)), MedianStep = rounds[0].MedianStep is null ? null : Middle(rounds.Select(round => round.MedianStep!.Value)) };

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
