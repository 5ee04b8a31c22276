using Engine.Inference.Core;
using Engine.Inference.KVCache;

namespace Engine.Inference.Scheduling;

/// <summary>
/// Picks the tokens of the next step. There is no prefill phase and no decode phase: every sequence has pending tokens, and each step spends the
/// token budget on letting them catch up. Owned by the engine thread.
/// </summary>
internal sealed class Scheduler(SchedulerOptions options, KVCacheManager cache)
{
    private readonly int _maxSequences = Math.Min(options.MaxSequences, options.MaxTokensPerStep);
    private readonly PriorityQueue<Sequence, SequenceRank> _waiting = new();
    private readonly StepPlan _plan = new();
    private readonly List<Sequence> _scheduled = [];

    /// <summary>Sequences that have blocks, first in rank first.</summary>
    private readonly List<Sequence> _running = [];

    /// <summary>Sequences that gave theirs back, and that no plan named yet.</summary>
    private readonly List<long> _ended = [];

    /// <summary>The sequences of the last plan, in its order.</summary>
    public IReadOnlyList<Sequence> Scheduled => _scheduled;

    /// <summary>Sequences that have no place yet.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Sequences that have one.</summary>
    public int RunningCount => _running.Count;

    /// <summary>Sequences thrown out to make room, since the engine runs.</summary>
    public long PreemptionCount { get; private set; }

    /// <summary>Takes a sequence in. It must fit the cache if it has it for itself.</summary>
    public void Add(Sequence sequence)
    {
        sequence.Status = SequenceStatus.Waiting;
        _waiting.Enqueue(sequence, SequenceRank.Of(sequence));
    }

    /// <summary>Lets go of a sequence in whatever state, and frees its blocks at once.</summary>
    public void Remove(Sequence sequence)
    {
        if (sequence.Status == SequenceStatus.Waiting)
        {
            _waiting.Remove(sequence, out _, out _);
        }
        else if (sequence.Status == SequenceStatus.Running)
        {
            _running.Remove(sequence);
            _ended.Add(sequence.Id);
            cache.Free(sequence);
        }

        sequence.Status = SequenceStatus.Finished;
    }

    /// <summary>What the next step computes. The plan is refilled by the next call. Empty only if there is nothing to do.</summary>
    public StepPlan Schedule()
    {
        // 6. Sequences become tokens, positions and blocks.
        _plan.Clear();
        _scheduled.Clear();
        long preemptions = PreemptionCount;
        MakeRoom();

        // Who was thrown out must not come back in the same step and throw out the next.
        if (preemptions == PreemptionCount)
        {
            Admit();
        }

        foreach (long id in _ended)
        {
            _plan.End(id);
        }

        _ended.Clear();
        int budget = options.MaxTokensPerStep;
        for (int index = 0; index < _running.Count; index++)
        {
            // A long prompt leaves a token for each sequence behind it, so that nobody who decodes stands still.
            int behind = _running.Count - index - 1;
            budget -= AddToPlan(_running[index], budget - behind);
        }

        return _plan;
    }

    /// <summary>Advances the sequences of the plan by what was computed and chosen.</summary>
    /// <param name="plan">The plan that was computed.</param>
    /// <param name="sampled">For each of its sequences the chosen token, or <see cref="TokenOutput.NoToken"/>.</param>
    public void Update(StepPlan plan, ReadOnlySpan<int> sampled)
    {
        // 9. Tokens are appended, finished sequences leave.
        ReadOnlySpan<ScheduledSequence> planned = plan.Sequences;
        for (int index = 0; index < planned.Length; index++)
        {
            Sequence sequence = _scheduled[index];
            if (sequence.Status != SequenceStatus.Running)
            {
                continue;
            }

            sequence.Advance(planned[index].TokenCount);
            cache.Publish(sequence);
            if (sampled[index] != TokenOutput.NoToken)
            {
                sequence.Append(sampled[index]);
            }

            if (sequence.FinishReason is not null)
            {
                Remove(sequence);
            }
        }
    }

    /// <summary>Gives running sequences blocks for their next tokens, first in rank first; the last in rank pay for it.</summary>
    private void MakeRoom()
    {
        for (int index = 0; index < _running.Count; index++)
        {
            Sequence sequence = _running[index];
            while (!cache.TryExtend(sequence, sequence.Length))
            {
                Sequence last = _running[^1];
                Preempt(last);
                if (last == sequence)
                {
                    break;
                }
            }
        }
    }

    private void Admit()
    {
        while (_running.Count < _maxSequences && _waiting.TryPeek(out Sequence? sequence, out SequenceRank rank) && cache.TryAllocate(sequence))
        {
            _waiting.Dequeue();
            sequence.Status = SequenceStatus.Running;
            int index = _running.Count;
            while (index > 0 && SequenceRank.Of(_running[index - 1]).CompareTo(rank) > 0)
            {
                index--;
            }

            _running.Insert(index, sequence);
        }
    }

    private void Preempt(Sequence sequence)
    {
        PreemptionCount++;
        Remove(sequence);
        sequence.Restart();
        Add(sequence);
    }

    private int AddToPlan(Sequence sequence, int budget)
    {
        (int tokenCount, int logitCount) = sequence.Share(budget);
        ReadOnlySpan<int> tokens = sequence.Tokens.Slice(sequence.ComputedTokens, tokenCount);
        _plan.Add(sequence.Id, tokens, sequence.ComputedTokens, logitCount, sequence.Blocks.Ids, sequence.Length, sequence.MaxLength);
        _scheduled.Add(sequence);
        return tokenCount;
    }
}
