using System.Diagnostics;
using Engine.Inference.Runners;

namespace Engine.Cli.Benchmarking;

/// <summary>Measures a runner.</summary>
/// <param name="runner">The runner.</param>
/// <param name="plan">What to measure.</param>
/// <param name="report">Gets every figure as soon as it is known.</param>
/// <param name="cancellationToken">Ends it between two steps.</param>
internal sealed class Benchmark(IModelRunner runner, BenchmarkPlan plan, Action<Measurement> report, CancellationToken cancellationToken)
{
    private long _nextId = 1;

    /// <summary>Measures everything, single sequences first.</summary>
    public void Run()
    {
        if (plan.Has("prefill") || plan.Has("decode"))
        {
            RunSingle();
        }

        if (plan.Has("batch"))
        {
            foreach (int batch in plan.Batches)
            {
                BenchmarkSequences sequences = Sequences(batch, plan.BatchSteps + BenchmarkPlan.WarmSteps);
                Steps("batch", sequences, 0, plan.BatchSteps);
            }
        }
    }

    private void RunSingle()
    {
        // Pages everything in, and compiles it.
        Sequences(1, plan.LongestSequence).Prefill(0, plan.PieceLength, plan.PieceLength);
        cancellationToken.ThrowIfCancellationRequested();
        if (plan.Has("decode") && plan.Contexts.Contains(0))
        {
            Steps("decode", Sequences(1, plan.LongestSequence), 0, plan.DecodeSteps);
        }

        if (!plan.Has("prefill") && plan.Contexts.All(context => context == 0))
        {
            return;
        }

        BenchmarkSequences sequence = Sequences(1, plan.LongestSequence);
        TimeSpan elapsed = default;
        int at = 0;
        foreach (int length in plan.PromptLengths)
        {
            for (; at < length; at = Math.Min(at + plan.PieceLength, length))
            {
                cancellationToken.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                sequence.Prefill(at, Math.Min(at + plan.PieceLength, length), plan.PieceLength);
                elapsed += Stopwatch.GetElapsedTime(start);
            }

            if (plan.Has("prefill"))
            {
                report(new Measurement("prefill", length / elapsed.TotalSeconds, Batch: 1, Context: 0, Count: length));
            }

            if (plan.Has("decode") && plan.Contexts.Contains(length))
            {
                Steps("decode", sequence, length, plan.DecodeSteps);
            }
        }
    }

    private void Steps(string metric, BenchmarkSequences sequences, int context, int steps)
    {
        double[] milliseconds = new double[steps];
        sequences.BeginSteps(context);
        for (int step = -BenchmarkPlan.WarmSteps; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            sequences.Step(context + BenchmarkPlan.WarmSteps + step);
            if (step >= 0)
            {
                milliseconds[step] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        double rate = steps * sequences.Count / (milliseconds.Sum() / 1000);
        Array.Sort(milliseconds);
        report(new Measurement(metric, rate, sequences.Count, context, steps, milliseconds[steps / 2]));
    }

    private BenchmarkSequences Sequences(int count, int capacity)
    {
        BenchmarkSequences sequences = new(runner, _nextId, count, capacity, plan.Greedy);
        _nextId += count;
        return sequences;
    }
}
