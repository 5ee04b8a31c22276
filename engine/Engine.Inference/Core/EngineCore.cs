using System.Threading.Channels;
using Engine.Inference.Diagnostics;
using Engine.Inference.KVCache;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Microsoft.Extensions.Logging;

namespace Engine.Inference.Core;

/// <summary>
/// Tokens in, tokens out: one thread that repeats schedule, execute, sample, update. It is the only owner of everything below; others reach it
/// through its inbox. It never touches a string and never awaits.
/// </summary>
internal sealed class EngineCore : IAsyncDisposable
{
    private readonly IModelRunner _runner;
    private readonly KVCacheManager _cache;
    private readonly Scheduler _scheduler;
    private readonly StepSampler _sampler;
    private readonly ILogger _logger;
    private readonly Channel<EngineCommand> _inbox;
    private readonly Dictionary<long, SequenceGroup> _groups = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private float[] _logits = [];
    private long _lastId;
    private int _unfinished;
    private bool _draining;
    private bool _stopping;

    /// <summary>Set, once, by whoever shuts down; the only flag that is not the engine thread's.</summary>
    private int _closed;

    /// <param name="runner">What computes. Not disposed here.</param>
    /// <param name="tokenCount">Columns of its logits that are tokens.</param>
    /// <param name="options">How much one step computes, and how many sequences may wait.</param>
    /// <param name="logger">Where to log.</param>
    public EngineCore(IModelRunner runner, int tokenCount, LlmEngineOptions options, ILogger logger)
    {
        _runner = runner;
        _logger = logger;
        _cache = new KVCacheManager(runner.KVCacheLayout, options.PrefixCache);
        _scheduler = new Scheduler(new SchedulerOptions(options.MaxSequences, options.MaxTokensPerStep), _cache);
        _sampler = new StepSampler(runner.VocabularySize, tokenCount);
        MaxUnfinished = Math.Min(options.MaxSequences, runner.KVCacheLayout.BlockCount) + options.MaxQueuedSequences;

        // Never full: between two readings of the inbox at most MaxUnfinished sequences are taken in, and at most twice as many can be aborted.
        _inbox = Channel.CreateBounded<EngineCommand>(
            new BoundedChannelOptions((4 * MaxUnfinished) + 4) { SingleReader = true, AllowSynchronousContinuations = true });
        new Thread(Run) { IsBackground = true, Name = "engine" }.Start();
    }

    /// <summary>The most sequences that may be running or waiting.</summary>
    public int MaxUnfinished { get; }

    /// <summary>Blocks no sequence uses, for tests; exact only while nothing runs.</summary>
    internal int FreeBlockCount => _cache.FreeBlockCount;

    /// <summary>Sequences running or waiting.</summary>
    internal int UnfinishedCount => Volatile.Read(ref _unfinished);

    /// <summary>Sequences thrown out to make room, since the engine runs.</summary>
    internal long PreemptionCount => _scheduler.PreemptionCount;

    /// <summary>Hands a request to the engine's thread.</summary>
    /// <exception cref="GenerationException">Too many sequences wait already, or the engine shuts down.</exception>
    public SubmittedRequest Submit(TokenRequest request)
    {
        // 5. The prompt's tokens cross to the engine's thread.
        if (Volatile.Read(ref _closed) != 0)
        {
            throw ShuttingDown();
        }

        if (Interlocked.Add(ref _unfinished, request.ChoiceCount) > MaxUnfinished)
        {
            Interlocked.Add(ref _unfinished, -request.ChoiceCount);
            throw new GenerationException(GenerationError.Overloaded, "Too many requests are waiting for this model; try again later.");
        }

        long firstId = Interlocked.Add(ref _lastId, request.ChoiceCount) - request.ChoiceCount + 1;
        SequenceGroup group = new(firstId, request);
        if (!_inbox.Writer.TryWrite(new EngineCommand(EngineCommandKind.Submit, group)))
        {
            Interlocked.Add(ref _unfinished, -request.ChoiceCount);
            throw ShuttingDown();
        }

        return new SubmittedRequest(firstId, group.Outputs);
    }

    /// <summary>Ends a sequence; its blocks are free before the next step. Does nothing if it has ended.</summary>
    public void Abort(long sequenceId) => _inbox.Writer.TryWrite(new EngineCommand(EngineCommandKind.Abort, SequenceId: sequenceId));

    /// <summary>Takes no more requests, lets the running ones end, and stops.</summary>
    /// <param name="cancellationToken">Ends those that still run.</param>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _closed, 1);
        _inbox.Writer.TryWrite(new EngineCommand(EngineCommandKind.Drain));
        await _stopped.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends everything that runs or waits, with <see cref="GenerationError.ShuttingDown"/>, and stops the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _closed, 1);
        _inbox.Writer.TryWrite(new EngineCommand(EngineCommandKind.Stop));
        await _stopped.Task.ConfigureAwait(false);
    }

    private static GenerationException ShuttingDown() => new(GenerationError.ShuttingDown, "The engine is shutting down.");

    private void Run()
    {
        try
        {
            while (WaitForWork())
            {
                Step();
            }
        }
        catch (Exception exception)
        {
            // Out of memory, say, while taking in requests: this engine ends, the process does not.
            Log.EngineFailed(_logger, exception);
        }
        finally
        {
            _inbox.Writer.TryComplete();
            ReceiveCommands();
            FailAll(ShuttingDown());
            _stopped.TrySetResult();
        }
    }

    /// <summary>Sleeps while there is nothing to compute.</summary>
    /// <returns>Whether to go on.</returns>
    private bool WaitForWork()
    {
        while (_groups.Count == 0 && !_stopping && !_draining)
        {
            ValueTask<bool> ready = _inbox.Reader.WaitToReadAsync();
            if (!ready.IsCompleted)
            {
                ready.AsTask().Wait();
            }

            ReceiveCommands();
        }

        return !_stopping && _groups.Count > 0;
    }

    private void Step()
    {
        try
        {
            StepPlan plan = _scheduler.Schedule();
            Span<float> logits = LogitsFor(plan);
            bool computed = Execute(plan, logits);

            // Cancellation takes effect here: after a step, never in the middle of one.
            ReceiveCommands();
            if (computed)
            {
                _sampler.Sample(plan, _scheduler.Scheduled, logits);
                EndFailed();
                _scheduler.Update(plan, _sampler.Tokens);
                Publish();
            }
        }
        catch (Exception exception)
        {
            // A fault of the engine itself: nobody is left without an answer, and later requests find an empty house.
            Log.StepFailed(_logger, exception);
            FailAll(new GenerationException(GenerationError.ModelFailed, $"The engine failed: {exception.Message}", innerException: exception));
        }
    }

    /// <summary>Computes the plan; if the runner fails, so do the sequences of this step.</summary>
    private bool Execute(StepPlan plan, Span<float> logits)
    {
        try
        {
            // 7. Tokens become logits.
            _runner.Execute(plan, logits);
            return true;
        }
        catch (Exception exception)
        {
            Log.RunnerFailed(_logger, plan.Sequences.Length, exception);
            GenerationException error = new(GenerationError.ModelFailed, $"The model failed: {exception.Message}", innerException: exception);
            foreach (Sequence sequence in _scheduler.Scheduled)
            {
                End(sequence, new TokenOutput(sequence.ChoiceIndex, TokenOutput.NoToken, Error: error));
            }

            return false;
        }
    }

    /// <summary>Ends the sequences whose logits were no use, before anything of this step is kept.</summary>
    private void EndFailed()
    {
        IReadOnlyList<Sequence> scheduled = _scheduler.Scheduled;
        for (int index = 0; index < scheduled.Count; index++)
        {
            if (_sampler.ErrorAt(index) is { } error)
            {
                End(scheduled[index], new TokenOutput(scheduled[index].ChoiceIndex, TokenOutput.NoToken, Error: error));
            }
        }
    }

    /// <summary>Tells the requests what became of their sequences.</summary>
    private void Publish()
    {
        IReadOnlyList<Sequence> scheduled = _scheduler.Scheduled;
        for (int index = 0; index < scheduled.Count; index++)
        {
            Sequence sequence = scheduled[index];
            if (!_groups.TryGetValue(sequence.Id, out SequenceGroup? group))
            {
                continue;
            }

            int token = _sampler.Tokens[index];
            if (token != TokenOutput.NoToken || sequence.FinishReason is not null)
            {
                // 10. A token goes back to its request.
                TokenOutput output = new(
                    sequence.ChoiceIndex, token, sequence.FinishReason, sequence.CachedTokens, _sampler.ScoreAt(index), sequence.TakePromptScores());
                if (sequence.FinishReason is null)
                {
                    group.Write(output);
                }
                else
                {
                    End(sequence, output);
                }
            }

            if (group.HoldsBack && sequence.ComputedTokens >= sequence.PromptLength)
            {
                ReleaseHeld(group);
            }
        }
    }

    private void ReceiveCommands()
    {
        while (_inbox.Reader.TryRead(out EngineCommand command))
        {
            switch (command.Kind)
            {
                case EngineCommandKind.Submit:
                    Take(command.Group!);
                    break;
                case EngineCommandKind.Abort when _groups.TryGetValue(command.SequenceId, out SequenceGroup? group):
                    End(group.Sequences[(int)(command.SequenceId - group.Sequences[0].Id)], output: null);
                    break;
                case EngineCommandKind.Drain:
                    _draining = true;
                    break;
                case EngineCommandKind.Stop:
                    _stopping = true;
                    break;
                default:
                    break;
            }
        }
    }

    private void Take(SequenceGroup group)
    {
        Sequence[] sequences = group.Sequences;
        foreach (Sequence sequence in sequences)
        {
            _groups.Add(sequence.Id, group);
        }

        // The other choices find the prompt in the cache once the first has computed it.
        group.HoldsBack = sequences.Length > 1 && _cache.SharesBlocks && sequences[0].PromptLength > _cache.BlockSize && !sequences[0].NeedsPromptLogits;
        _scheduler.Add(sequences[0]);
        if (!group.HoldsBack)
        {
            AddRest(group);
        }
    }

    private void ReleaseHeld(SequenceGroup group)
    {
        group.HoldsBack = false;
        AddRest(group);
    }

    private void AddRest(SequenceGroup group)
    {
        foreach (Sequence sequence in group.Sequences)
        {
            if (sequence.Status == SequenceStatus.Held)
            {
                _scheduler.Add(sequence);
            }
        }
    }

    private void End(Sequence sequence, TokenOutput? output)
    {
        if (!_groups.Remove(sequence.Id, out SequenceGroup? group))
        {
            return;
        }

        _scheduler.Remove(sequence);
        if (output is { } last)
        {
            group.Write(last);
        }

        Interlocked.Decrement(ref _unfinished);
        group.Finish();
        if (group.HoldsBack && sequence == group.Sequences[0])
        {
            ReleaseHeld(group);
        }
    }

    private void FailAll(GenerationException error)
    {
        foreach (SequenceGroup group in _groups.Values.Distinct().ToArray())
        {
            group.HoldsBack = false;
            foreach (Sequence sequence in group.Sequences)
            {
                End(sequence, new TokenOutput(sequence.ChoiceIndex, TokenOutput.NoToken, Error: error));
            }
        }
    }

    private Span<float> LogitsFor(StepPlan plan)
    {
        int length = checked(plan.LogitRowCount * _runner.VocabularySize);
        if (_logits.Length < length)
        {
            _logits = GC.AllocateUninitializedArray<float>(length);
        }

        return _logits.AsSpan(0, length);
    }
}
