using Engine.Inference.Sampling;
using Engine.Inference.Scheduling;

namespace Engine.Inference.Core;

/// <summary>Deals the rows of logits of a step out to its sequences: scores of prompt tokens, and the next token of those that caught up.</summary>
internal sealed class StepSampler(int vocabularySize, int tokenCount)
{
    private readonly Sampler _sampler = new(vocabularySize, tokenCount);
    private int[] _tokens = [];
    private TokenScore?[] _scores = [];
    private GenerationException?[] _errors = [];
    private int _count;

    /// <summary>For each sequence of the plan the chosen token, or <see cref="TokenOutput.NoToken"/>.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>How likely the chosen token was, if the sequence asked for it.</summary>
    public TokenScore? ScoreAt(int index) => _scores[index];

    /// <summary>Why no token could be chosen.</summary>
    public GenerationException? ErrorAt(int index) => _errors[index];

    /// <summary>Goes through the sequences of a computed plan.</summary>
    public void Sample(StepPlan plan, IReadOnlyList<Sequence> sequences, Span<float> logits)
    {
        Reset(sequences.Count);
        ReadOnlySpan<ScheduledSequence> planned = plan.Sequences;
        int row = 0;
        for (int index = 0; index < planned.Length; index++)
        {
            Span<float> rows = logits.Slice(row * vocabularySize, planned[index].LogitCount * vocabularySize);
            row += planned[index].LogitCount;
            if (rows.IsEmpty || sequences[index].Status != SequenceStatus.Running)
            {
                continue;
            }

            try
            {
                SampleOne(index, planned[index], sequences[index], rows);
            }
            catch (GenerationException error)
            {
                _errors[index] = error;
            }
        }
    }

    private void SampleOne(int index, in ScheduledSequence planned, Sequence sequence, Span<float> rows)
    {
        int end = planned.Position + planned.TokenCount;
        for (int position = end - planned.LogitCount; position < end; position++)
        {
            Span<float> row = rows[..vocabularySize];
            rows = rows[vocabularySize..];
            if (position + 1 < sequence.Length)
            {
                sequence.AddPromptScore(_sampler.Score(row, sequence.Tokens[position + 1], sequence.PromptLogprobCount));
            }
            else if (sequence.Generates)
            {
                _tokens[index] = _sampler.Sample(row, sequence.Sampler, sequence.LogprobCount, out _scores[index]);
            }
        }
    }

    private void Reset(int count)
    {
        if (_tokens.Length < count)
        {
            _tokens = new int[count];
            _scores = new TokenScore?[count];
            _errors = new GenerationException?[count];
        }

        _count = count;
        _tokens.AsSpan(0, count).Fill(TokenOutput.NoToken);
        _scores.AsSpan(0, count).Clear();
        _errors.AsSpan(0, count).Clear();
    }
}
