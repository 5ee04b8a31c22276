using System.Diagnostics;
using Engine.Inference;
using Engine.Inference.Runners;
using Engine.Onnx;

namespace Engine.Cli.Benchmarking;

/// <summary>Loads and measures a model once or several times, each round all of the plan, and prints figures: at once, or medians at the end.</summary>
internal sealed class BenchmarkRounds(CommandContext context, LlmEngineOptions options, BenchmarkPlan plan, string model, int threads, bool json)
{
    private readonly List<List<Measurement>> _rounds = [];
    private BenchmarkSetup? _setup;
    private bool _printsAtOnce;

    /// <summary>Runs so many rounds.</summary>
    /// <exception cref="CommandException">The model takes fewer tokens than are asked for.</exception>
    public async Task RunAsync(int count)
    {
        _printsAtOnce = count == 1;
        for (int round = 0; round < count; round++)
        {
            await RunOnceAsync();
        }

        if (_printsAtOnce)
        {
            return;
        }

        foreach (int index in Enumerable.Range(0, _rounds[0].Count))
        {
            Print(Measurement.Median([.. _rounds.Select(round => round[index])]));
        }
    }

    private async Task RunOnceAsync()
    {
        List<Measurement> measured = [];
        _rounds.Add(measured);
        double cacheBytesPerToken;
        long? weightBytes;
        long start = Stopwatch.GetTimestamp();
        using (IModelRunner runner = await ModelLoading.OpenRunnerAsync(context, options))
        {
            double load = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (plan.LongestSequence > runner.ContextLength)
            {
                throw new CommandException($"The model takes {runner.ContextLength} tokens, {plan.LongestSequence} are asked for; choose shorter ones with --pp, --ctx, --tg or --btg.");
            }

            Introduce(runner);
            Report(new Measurement("load", load));
            cacheBytesPerToken = (double)runner.KVCacheLayout.BytesPerBlock / runner.KVCacheLayout.BlockSize;
            weightBytes = (runner as ManagedModelRunner)?.WeightBytes;

            // On a thread of its own: Ctrl+C must not wait for a step.
            await Task.Factory.StartNew(
                () => new Benchmark(runner, plan, Report, context.Interruption.Token).Run(), context.Interruption.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        // Before the block of memory that the bandwidth is measured with.
        using (Process process = Process.GetCurrentProcess())
        {
            Report(new Measurement("peak_rss", process.PeakWorkingSet64 >> 20));
        }

        if (!plan.Has("decode") && !plan.Has("batch"))
        {
            return;
        }

        double bandwidth = MemoryBandwidth.Measure(threads);
        Report(new Measurement("bandwidth", bandwidth / 1e9));
        if (weightBytes is long bytes)
        {
            BandwidthShare share = new(bytes, cacheBytesPerToken, bandwidth);
            measured.Where(measurement => measurement.MedianStep is not null).Select(share.Of).ToList().ForEach(Report);
        }

        void Report(Measurement measurement)
        {
            measured.Add(measurement);
            if (_printsAtOnce)
            {
                Print(measurement);
            }
        }
    }

    private void Introduce(IModelRunner runner)
    {
        if (_setup is not null)
        {
            return;
        }

        string weights = options.Weights switch
        {
            WeightPreparation.Packed => "packed",
            WeightPreparation.Cached => "cached",
            WeightPreparation.InPlace => "in place",
            _ => "auto",
        };
        _setup = new BenchmarkSetup(model, threads, runner.Fingerprint, weights, options.AccuracyLevel);
        if (!json)
        {
            context.Terminal.Out.WriteLine(_setup);
        }
    }

    private void Print(Measurement measurement) => context.Terminal.Out.WriteLine(json ? MeasurementText.Json(measurement, _setup!) : MeasurementText.Row(measurement));
}
