using System.Diagnostics;
using Engine.Tests.Inference;

namespace Engine.Inference.Tests.Core;

/// <summary>The loop under cancellation, faults, too much work and shutdown.</summary>
public class EngineCoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancel_InTheMiddleOfAStep_FreesTheBlocksAfterIt(bool dispose)
    {
        using SteppedRunner stepped = new();
        await using LlmEngine engine = FakeEngine.Create(stepped.Runner);
        using CancellationTokenSource cancel = new();
        Generation generation = await engine.StartAsync(Endless(), Cancellation);
        IAsyncEnumerator<GenerationUpdate> updates = generation.UpdatesAsync(cancel.Token).GetAsyncEnumerator(Cancellation);
        ValueTask<bool> next = updates.MoveNextAsync();
        stepped.Release(3);
        stepped.WaitForStep(4);

        if (dispose)
        {
            await generation.DisposeAsync();
        }
        else
        {
            await cancel.CancelAsync();
            while (true)
            {
                try
                {
                    await next;
                    next = updates.MoveNextAsync();
                }
                catch (OperationCanceledException)
                {
                    break;
                }
            }
        }

        stepped.Release(1);
        WaitUntilIdle(engine);

        Assert.Equal(4, stepped.Runner.StepCount);
        Assert.Equal(256, engine.Core.FreeBlockCount);
        Assert.InRange(generation.Usage.CompletionTokens, 0, 4);
    }

    [Fact]
    public async Task Cancel_WaitingSequence_NeverRuns()
    {
        using SteppedRunner stepped = new();
        await using LlmEngine engine = FakeEngine.Create(stepped.Runner, options => options.MaxSequences = 1);
        Generation running = await engine.StartAsync(Endless(), Cancellation);
        stepped.WaitForStep(1);
        Generation waiting = await engine.StartAsync(Endless(), Cancellation);

        await waiting.DisposeAsync();
        await running.DisposeAsync();
        stepped.Release(10);
        WaitUntilIdle(engine);

        Assert.Equal(1, stepped.Runner.StepCount);
    }

    [Fact]
    public async Task StopString_EndsTheSequenceAndFreesItsBlocks()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner(FakeModelRunner.Saying(1, 'z', ByteTokenizer.Encode("ab"))));

        FakeResult result = await FakeEngine.RunAsync(engine, FakeEngine.Request([1], 400) with { Stop = ["b"] });
        WaitUntilIdle(engine);

        Assert.Equal("a", result.Text);
        Assert.Equal(256, engine.Core.FreeBlockCount);
    }

    [Fact]
    public async Task Submit_MoreThanMayWait_IsOverloaded()
    {
        using SteppedRunner stepped = new();
        await using LlmEngine engine = FakeEngine.Create(stepped.Runner, options =>
        {
            options.MaxSequences = 2;
            options.MaxQueuedSequences = 1;
        });
        Generation[] taken = [await engine.StartAsync(Endless() with { ChoiceCount = 2 }, Cancellation), await engine.StartAsync(Endless(), Cancellation)];

        GenerationException exception = await Assert.ThrowsAsync<GenerationException>(() => engine.StartAsync(Endless(), Cancellation));

        Assert.Equal(GenerationError.Overloaded, exception.Error);
        foreach (Generation generation in taken)
        {
            await generation.DisposeAsync();
        }

        stepped.Release(10);
        WaitUntilIdle(engine);
        await (await engine.StartAsync(Endless(), Cancellation)).DisposeAsync();
        stepped.Release(10);
    }

    [Fact]
    public async Task Execute_RunnerThrows_EndsThoseOfTheStepAndGoesOn()
    {
        FakeModelRunner runner = new();
        await using LlmEngine engine = FakeEngine.Create(runner);
        runner.BeforeExecute = _ => throw new InvalidOperationException("no device");

        GenerationException exception = await Assert.ThrowsAsync<GenerationException>(() => FakeEngine.RunAsync(engine, FakeEngine.Request([1, 2], 5) with { ChoiceCount = 3 }));
        Assert.Equal(GenerationError.ModelFailed, exception.Error);
        Assert.Contains("no device", exception.Message, StringComparison.Ordinal);
        WaitUntilIdle(engine);
        Assert.Equal(256, engine.Core.FreeBlockCount);

        runner.BeforeExecute = null;
        Assert.Equal(5, (await FakeEngine.RunAsync(engine, FakeEngine.Request([1, 2], 5) with { IgnoreEndTokens = true })).TokenIds.Length);
    }

    [Fact]
    public async Task Sample_NotANumber_EndsThatSequenceOnly()
    {
        FakeModelRunner runner = new((prefix, row) =>
        {
            FakeModelRunner.HashedLogits(prefix, row);
            if (prefix[0] == 13 && prefix.Length > 20)
            {
                row[7] = float.NaN;
            }
        });
        await using LlmEngine engine = FakeEngine.Create(runner);
        GenerationRequest good = FakeEngine.Request([1, 2, 3], 60) with { IgnoreEndTokens = true };
        Task<FakeResult> beside = FakeEngine.RunAsync(engine, good);

        GenerationException exception = await Assert.ThrowsAsync<GenerationException>(() => FakeEngine.RunAsync(engine, FakeEngine.Request([13, 2], 60) with { IgnoreEndTokens = true }));

        Assert.Equal(GenerationError.ModelFailed, exception.Error);
        Assert.Contains("NaN", exception.Message, StringComparison.Ordinal);
        Assert.Equal((await FakeEngine.RunAsync(engine, good)).TokenIds, (await beside).TokenIds);
        Assert.Equal(256, engine.Core.FreeBlockCount);
    }

    [Fact]
    public async Task DisposeAsync_WhileGenerating_TellsTheReader()
    {
        LlmEngine engine = FakeEngine.Create(new FakeModelRunner());
        await using Generation generation = await engine.StartAsync(Endless(), Cancellation);

        Task dispose = engine.DisposeAsync().AsTask();
        GenerationException? exception = await Record.ExceptionAsync(async () =>
        {
            await foreach (GenerationUpdate _ in generation.UpdatesAsync(Cancellation))
            {
            }
        }) as GenerationException;

        await dispose;
        Assert.True(exception is null or { Error: GenerationError.ShuttingDown });
    }

    [Fact]
    public async Task DrainAsync_WhileGenerating_LetsItEndAndTakesNoMore()
    {
        using SteppedRunner stepped = new();
        await using LlmEngine engine = FakeEngine.Create(stepped.Runner);
        Task<FakeResult> running = FakeEngine.RunAsync(engine, FakeEngine.Request([1, 2, 3], 20) with { IgnoreEndTokens = true });
        stepped.WaitForStep(1);

        Task drain = engine.DrainAsync(Cancellation);
        GenerationException exception = await Assert.ThrowsAsync<GenerationException>(() => engine.StartAsync(Endless(), Cancellation));
        stepped.Release(100);
        await drain;

        Assert.Equal(GenerationError.ShuttingDown, exception.Error);
        Assert.Equal(20, (await running).TokenIds.Length);
    }

    [Fact]
    public async Task DrainAsync_Cancelled_EndsWhatStillRuns()
    {
        using SteppedRunner stepped = new();
        await using LlmEngine engine = FakeEngine.Create(stepped.Runner);
        Task<FakeResult> running = FakeEngine.RunAsync(engine, Endless());
        stepped.WaitForStep(1);
        using CancellationTokenSource cancel = new();

        Task drain = engine.DrainAsync(cancel.Token);
        await cancel.CancelAsync();
        stepped.Release(1000);
        await drain;

        GenerationException exception = await Assert.ThrowsAsync<GenerationException>(() => running);
        Assert.Equal(GenerationError.ShuttingDown, exception.Error);
    }

    [Fact]
    public async Task Priority_OfALaterRequest_RunsFirst()
    {
        using SteppedRunner stepped = new();
        await using LlmEngine engine = FakeEngine.Create(stepped.Runner, options => options.MaxSequences = 1);
        Task first = FakeEngine.RunAsync(engine, FakeEngine.Request([1], 1));
        stepped.WaitForStep(1);
        List<int> order = [];
        stepped.Observe = plan => order.Add(plan.TokenIds[0]);
        Task second = FakeEngine.RunAsync(engine, FakeEngine.Request([2], 1));
        Task urgent = FakeEngine.RunAsync(engine, FakeEngine.Request([3], 1) with { Priority = -1 });
        stepped.Release(10);

        await Task.WhenAll(first, second, urgent);

        Assert.Equal([1, 3, 2], order);
    }

    [Fact]
    public async Task Decode_OneSequence_AllocatesNothingPerStepOnTheEnginesThread()
    {
        const int warm = 100;
        const int measured = 300;
        long before = 0;
        long after = 0;
        FakeModelRunner runner = new(FakeModelRunner.Saying(1, 'z'), canShareBlocks: false) { AllocatesNothing = true };
        int step = 0;
        runner.BeforeExecute = _ =>
        {
            step++;
            if (step == warm)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (step == warm + measured)
            {
                after = GC.GetAllocatedBytesForCurrentThread();
            }
        };
        await using LlmEngine engine = FakeEngine.Create(runner);

        await FakeEngine.RunAsync(engine, FakeEngine.Request([1], warm + measured + 5));

        // The output channel's segments, and the sequence's own tokens now and then.
        Assert.InRange(after - before, 0, measured * 128);
    }

    private static GenerationRequest Endless() => FakeEngine.Request([1, 2, 3], 400) with { IgnoreEndTokens = true };

    private static void WaitUntilIdle(LlmEngine engine)
    {
        long start = Stopwatch.GetTimestamp();
        SpinWait.SpinUntil(() => engine.Core.UnfinishedCount == 0, TimeSpan.FromSeconds(10));
        Assert.True(engine.Core.UnfinishedCount == 0, $"still busy after {Stopwatch.GetElapsedTime(start)}");
    }

    /// <summary>A runner whose steps a test lets go one by one.</summary>
    private sealed class SteppedRunner : IDisposable
    {
        private readonly SemaphoreSlim _allowed = new(0);
        private readonly CountdownEvent[] _begun = [.. Enumerable.Range(0, 16).Select(_ => new CountdownEvent(1))];
        private int _step;

        public SteppedRunner() => Runner.BeforeExecute = plan =>
        {
            if (_step < _begun.Length)
            {
                _begun[_step++].Signal();
            }

            Assert.True(_allowed.Wait(TimeSpan.FromSeconds(20)));
            Observe?.Invoke(plan);
        };

        public FakeModelRunner Runner { get; } = new();

        public Action<Engine.Inference.Scheduling.StepPlan>? Observe { get; set; }

        public void Release(int steps) => _allowed.Release(steps);

        public void WaitForStep(int number) => Assert.True(_begun[number - 1].Wait(TimeSpan.FromSeconds(20)));

        public void Dispose()
        {
            _allowed.Release(100_000);
            foreach (CountdownEvent begun in _begun)
            {
                begun.Dispose();
            }
        }
    }
}
