using System.Text.Json.Nodes;
using Engine.Inference;
using Engine.Inference.KVCache;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Engine.Tests;

namespace Engine.Conformance.Tests.Core;

/// <summary>The whole engine over the embedded model and the managed runner.</summary>
public sealed class DefaultModelEngineTests(DefaultModelEngineTests.LoadedEngine loaded) : IClassFixture<DefaultModelEngineTests.LoadedEngine>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartAsync_CapitalOfFrance_IsParis()
    {
        (string text, GenerationUsage usage) = await RunAsync(Chat("What is the capital of France?", 60, temperature: 0));

        Assert.Equal("The capital of France is Paris.", text);
        Assert.Equal((37, 8), (usage.PromptTokens, usage.CompletionTokens));
    }

    [Fact]
    public async Task StartAsync_SeededRequestsTogether_SayWhatTheySayAlone()
    {
        GenerationRequest[] requests = [.. Enumerable.Range(0, 5).Select(index => Chat("Write a story about a robot" + new string('!', index * 7), 24, temperature: 0.8f))];
        List<string> alone = [];
        foreach (GenerationRequest request in requests)
        {
            alone.Add((await RunAsync(request)).Text);
        }

        (string Text, GenerationUsage)[] together = await Task.WhenAll(requests.Select(RunAsync));

        Assert.Equal(alone, together.Select(result => result.Text));
        Assert.True(loaded.Runner.LargestBatch > 1);
    }

    [Fact]
    public async Task StartAsync_PromptFromTheCache_SaysTheSame()
    {
        GenerationRequest request = Chat("Name three rivers of Europe, and one of Asia.", 24, temperature: 0) with { CacheSalt = "once" };

        (string first, GenerationUsage fresh) = await RunAsync(request);
        (string second, GenerationUsage cached) = await RunAsync(request);

        Assert.Equal(first, second);
        Assert.Equal(0, fresh.CachedTokens);
        Assert.True(cached.CachedTokens >= 32);
    }

    [Fact]
    public async Task Decode_WarmedUp_AllocatesNothingPerStepButTheOutputs()
    {
        GenerationRequest request = Chat("Tell me a long story.", 200, temperature: 0) with { IgnoreEndTokens = true };
        await RunAsync(request);
        loaded.Runner.Measure(skip: 50);

        await RunAsync(request);

        Assert.True(loaded.Runner.MeasuredSteps > 100);
        Assert.InRange(loaded.Runner.BytesInside / loaded.Runner.MeasuredSteps, 0, 64);
        Assert.InRange(loaded.Runner.BytesOutside / loaded.Runner.MeasuredSteps, 0, 128);
    }

    private static GenerationRequest Chat(string message, int maxTokens, float temperature) => new()
    {
        Prompt = new Prompt.Chat { Messages = [new JsonObject { ["role"] = "user", ["content"] = message }] },
        MaxTokens = maxTokens,
        Sampling = new SamplingOverrides { Temperature = temperature, Seed = 7 },
    };

    private async Task<(string Text, GenerationUsage Usage)> RunAsync(GenerationRequest request)
    {
        await using Generation generation = await loaded.Engine.StartAsync(request, Cancellation);
        string text = "";
        await foreach (GenerationUpdate update in generation.UpdatesAsync(Cancellation))
        {
            text += update.Text;
        }

        return (text, generation.Usage);
    }

    /// <summary>The engine, loaded once.</summary>
    public sealed class LoadedEngine : IAsyncLifetime
    {
        internal LlmEngine Engine { get; private set; } = null!;

        internal MeasuringRunner Runner { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Engine = await LlmEngine.LoadAsync(new LlmEngineOptions
        {
            Model = Path.Combine(SharedData.Repository, "models", "default"),
            Runner = (directory, options) => Runner = new MeasuringRunner(ManagedModelRunner.Create(directory, options)),
        });

        public ValueTask DisposeAsync() => Engine.DisposeAsync();
    }

    /// <summary>Counts what the engine's thread allocates inside and outside of a runner.</summary>
    internal sealed class MeasuringRunner(IModelRunner inner) : IModelRunner
    {
        private int _skip = int.MaxValue;
        private long _end;

        public int VocabularySize => inner.VocabularySize;

        public int ContextLength => inner.ContextLength;

        public KVCacheLayout KVCacheLayout => inner.KVCacheLayout;

        public string Fingerprint => inner.Fingerprint;

        public int LargestBatch { get; private set; }

        public int MeasuredSteps { get; private set; }

        public long BytesInside { get; private set; }

        public long BytesOutside { get; private set; }

        /// <summary>Begins to count after a number of steps.</summary>
        public void Measure(int skip) => (_skip, MeasuredSteps, BytesInside, BytesOutside) = (skip, 0, 0, 0);

        public void Execute(StepPlan plan, Span<float> logits)
        {
            LargestBatch = Math.Max(LargestBatch, plan.Sequences.Length);
            long begin = GC.GetAllocatedBytesForCurrentThread();
            inner.Execute(plan, logits);
            long end = GC.GetAllocatedBytesForCurrentThread();
            if (_skip-- <= 0)
            {
                MeasuredSteps++;
                BytesInside += end - begin;
                BytesOutside += begin - _end;
            }

            _end = end;
        }

        public void Dispose() => inner.Dispose();
    }
}
