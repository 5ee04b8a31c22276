using System.Runtime.InteropServices;
using Engine.Inference.Scheduling;

namespace Engine.GenAI;

/// <summary>
/// The place of one sequence: its tokens, and the generator that holds what is computed of them. Tokens outlive the generator, so that what it cannot do (grow, go
/// back, survive a fault) is made good by computing them again in another.
/// </summary>
internal sealed class SequenceSlot(int contextLength, int maxTokensPerRun) : IDisposable
{
    /// <summary>More tokens than that are sooner computed together with all before them than one by one.</summary>
    private const int FewTokens = 8;

    private readonly List<int> _tokens = [];
    private SequenceGenerator? _generator;

    /// <summary>Of the tokens that the generator holds, how many at the beginning are still the sequence's.</summary>
    private int _agreed;

    /// <summary>Which sequence is in it; -1 before the first.</summary>
    public long SequenceId { get; private set; } = -1;

    /// <summary>Whether it takes memory of the device.</summary>
    public bool HoldsMemory => _generator is not null;

    /// <summary>Computes a sequence's share of a step.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequence">The share.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="logits">The rows that are wanted.</param>
    public void Execute(GenAIModel model, in ScheduledSequence sequence, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        Take(sequence, tokens);
        if (sequence.LogitCount == 0 && (!model.TakesPieces || (_tokens.Count < model.RotaryBorder && sequence.Length >= model.RotaryBorder)))
        {
            // Computed with a later piece, in one run.
            return;
        }

        Compute(model, sequence, logits);
    }

    /// <summary>Gives its memory back; the tokens stay.</summary>
    public void Release()
    {
        _generator?.Dispose();
        _generator = null;
        _agreed = 0;
    }

    public void Dispose() => Release();

    /// <summary>Notes the tokens; of those that are computed already, as many stay as no rows are wanted of.</summary>
    private void Take(in ScheduledSequence sequence, ReadOnlySpan<int> tokens)
    {
        if (sequence.SequenceId != SequenceId)
        {
            SequenceId = sequence.SequenceId;
            _tokens.Clear();
            _agreed = 0;
        }

        if (sequence.Position > _tokens.Count)
        {
            throw new InvalidOperationException($"Sequence {SequenceId} has {_tokens.Count} tokens here, not the {sequence.Position} that come before those of this step.");
        }

        int same = sequence.Position + CollectionsMarshal.AsSpan(_tokens)[sequence.Position..].CommonPrefixLength(tokens);
        CollectionsMarshal.SetCount(_tokens, sequence.Position + tokens.Length);
        tokens.CopyTo(CollectionsMarshal.AsSpan(_tokens)[sequence.Position..]);
        _agreed = Math.Min(_agreed, Math.Min(same, _tokens.Count - sequence.LogitCount));
    }

    private void Compute(GenAIModel model, in ScheduledSequence sequence, Span<float> logits)
    {
        SequenceGenerator generator = Prepare(model, sequence);
        int vocabulary = model.Signature.VocabularySize;
        int firstWanted = _tokens.Count - sequence.LogitCount;
        while (generator.Length < _tokens.Count)
        {
            int start = generator.Length;
            int count = CountOfRun(model, start);
            if (model.Signature.HasLastLogitsOnly)
            {
                // The row of a token is only to be had when it is the last of its run.
                count = start < firstWanted ? Math.Min(count, firstWanted + 1 - start) : 1;
            }

            generator.Append(CollectionsMarshal.AsSpan(_tokens).Slice(start, count));
            int wanted = Math.Clamp(start + count - firstWanted, 0, count);
            if (wanted > 0)
            {
                generator.CopyRows(logits.Slice((start + count - wanted - firstWanted) * vocabulary, wanted * vocabulary));
            }
        }

        _agreed = generator.Length;
    }

    /// <summary>A generator that has room for all tokens, and holds some of the first of them.</summary>
    private SequenceGenerator Prepare(GenAIModel model, in ScheduledSequence sequence)
    {
        int wanted = SequenceCapacity.Of(_tokens.Count, sequence.Length, sequence.MaxLength, contextLength);
        int keep = IsSoonerAnew(model, _agreed) ? 0 : _agreed;
        bool hasRoom = _generator is not null && (keep > 0 ? _generator.Capacity >= _tokens.Count : SequenceCapacity.Suits(_generator.Capacity, wanted));
        if (!hasRoom || !_generator!.TryRewind(keep))
        {
            Release();
            _generator = new SequenceGenerator(model, wanted);
        }

        return _generator!;
    }

    private int CountOfRun(GenAIModel model, int start)
    {
        if (!model.TakesPieces)
        {
            return start == 0 ? _tokens.Count : 1;
        }

        // The graph takes the angles for short texts in a run that ends before the border.
        int least = start == 0 && _tokens.Count >= model.RotaryBorder ? model.RotaryBorder : 0;
        return Math.Max(least, Math.Min(maxTokensPerRun, _tokens.Count - start));
    }

    private bool IsSoonerAnew(GenAIModel model, int held)
    {
        if (model.TakesPieces)
        {
            // As in GenAI's own loop, keys computed with the angles for short texts do not stay in a long one.
            return held < model.RotaryBorder && _tokens.Count >= model.RotaryBorder;
        }

        // The search that appends forced tokens fills up behind one that ends texts.
        bool isEnded = held > 0 && !model.CanContinue && model.EndTokenIds.Contains(_tokens[held - 1]);
        return isEnded || _tokens.Count - held > FewTokens;
    }
}
