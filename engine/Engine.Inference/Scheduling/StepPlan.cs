using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Engine.Inference.Scheduling;

/// <summary>
/// What one step computes: plain data, all that crosses from the scheduler to a runner. One instance is refilled every step, so a runner
/// keeps nothing of it.
/// </summary>
[Experimental("ENGINE001")]
public sealed class StepPlan
{
    private readonly List<ScheduledSequence> _sequences = [];
    private readonly List<int> _tokenIds = [];
    private readonly List<int> _blockIds = [];
    private readonly List<long> _ended = [];

    /// <summary>The sequences of this step, in the order in which their logits are wanted.</summary>
    public ReadOnlySpan<ScheduledSequence> Sequences => CollectionsMarshal.AsSpan(_sequences);

    /// <summary>The tokens of all sequences, one after another.</summary>
    public ReadOnlySpan<int> TokenIds => CollectionsMarshal.AsSpan(_tokenIds);

    /// <summary>The block tables of all sequences, one after another.</summary>
    public ReadOnlySpan<int> BlockIds => CollectionsMarshal.AsSpan(_blockIds);

    /// <summary>Sequences that gave back their blocks since the last plan, in no order: a runner that keeps something of its own for each lets go of it.</summary>
    public ReadOnlySpan<long> Ended => CollectionsMarshal.AsSpan(_ended);

    /// <summary>Rows of logits that the plan asks for.</summary>
    public int LogitRowCount { get; private set; }

    /// <summary>Whether there is nothing to compute.</summary>
    public bool IsEmpty => _sequences.Count == 0;

    /// <summary>The tokens of one sequence of this plan.</summary>
    public ReadOnlySpan<int> TokensOf(in ScheduledSequence sequence) => TokenIds.Slice(sequence.TokenStart, sequence.TokenCount);

    /// <summary>The block table of one sequence of this plan.</summary>
    public ReadOnlySpan<int> BlocksOf(in ScheduledSequence sequence) => BlockIds.Slice(sequence.BlockStart, sequence.BlockCount);

    /// <summary>Empties the plan for the next step.</summary>
    public void Clear()
    {
        _sequences.Clear();
        _tokenIds.Clear();
        _blockIds.Clear();
        _ended.Clear();
        LogitRowCount = 0;
    }

    /// <summary>Says that a sequence gave back its blocks.</summary>
    /// <param name="sequenceId">Identifies the sequence; one that was thrown out to make room may begin anew in a later plan.</param>
    public void End(long sequenceId) => _ended.Add(sequenceId);

    /// <summary>Adds a sequence's share of the step.</summary>
    /// <param name="sequenceId">Identifies the sequence.</param>
    /// <param name="tokens">The tokens to compute, at least one.</param>
    /// <param name="position">Position of the first of them.</param>
    /// <param name="logitCount">Of how many of them, counted from the last, logits are wanted: 0 to the number of tokens.</param>
    /// <param name="blocks">The sequence's block table.</param>
    /// <param name="length">Tokens the sequence has already; 0, the default, if that is not known.</param>
    /// <param name="maxLength">The most tokens it may come to have; 0, the default, if that is not known.</param>
    /// <exception cref="ArgumentException">No tokens, or more logits wanted than tokens.</exception>
    public void Add(long sequenceId, ReadOnlySpan<int> tokens, int position, int logitCount, ReadOnlySpan<int> blocks, int length = 0, int maxLength = 0)
    {
        if (tokens.IsEmpty || (uint)logitCount > (uint)tokens.Length)
        {
            throw new ArgumentException($"A step computes at least one token of a sequence and at most as many rows of logits: {tokens.Length} tokens, {logitCount} rows.");
        }

        _sequences.Add(new ScheduledSequence(sequenceId, _tokenIds.Count, tokens.Length, position, logitCount, _blockIds.Count, blocks.Length, length, maxLength));
        CollectionsMarshal.SetCount(_tokenIds, _tokenIds.Count + tokens.Length);
        tokens.CopyTo(CollectionsMarshal.AsSpan(_tokenIds)[^tokens.Length..]);
        CollectionsMarshal.SetCount(_blockIds, _blockIds.Count + blocks.Length);
        blocks.CopyTo(CollectionsMarshal.AsSpan(_blockIds)[^blocks.Length..]);
        LogitRowCount += logitCount;
    }
}
