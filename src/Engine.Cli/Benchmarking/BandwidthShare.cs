namespace Engine.Cli.Benchmarking;

/// <summary>Steps measured against memory: the bytes that a step must read, over the time that reading them takes at best.</summary>
/// <param name="weightBytes">Bytes of weights that every step reads.</param>
/// <param name="cacheBytesPerToken">Bytes of keys and values of one token.</param>
/// <param name="bandwidth">Bytes per second.</param>
internal sealed class BandwidthShare(long weightBytes, double cacheBytesPerToken, double bandwidth)
{
    /// <summary>The share of the bandwidth that the median step used.</summary>
    public Measurement Of(Measurement steps)
    {
        double tokens = steps.Context!.Value + BenchmarkPlan.WarmSteps + (steps.Count!.Value / 2.0);
        double bytes = weightBytes + (steps.Batch!.Value * tokens * cacheBytesPerToken);
        return steps with { Metric = "bandwidth_share", Value = bytes / (steps.MedianStep!.Value / 1000) / bandwidth, MedianStep = null, Of = steps.Metric };
    }
}
