using System.Numerics.Tensors;
using Engine.Inference.Core;

namespace Engine.Inference.Sampling;

/// <summary>
/// Chooses a token from a row of logits. In this order: repetition penalty, presence and frequency penalty, logit bias, ban of end tokens
/// (<see cref="SequenceSampler"/>), then temperature, top-k, typical-p, top-p, min-p, each on what the one before left, and the draw. Temperature 0
/// takes the largest logit, the lowest id among equals, whatever the filters. Owned by the engine thread: its buffers are used again for every row.
/// </summary>
/// <param name="vocabularySize">Columns of a row.</param>
/// <param name="tokenCount">Columns that are tokens; the rest is never chosen.</param>
internal sealed class Sampler(int vocabularySize, int tokenCount)
{
    private const float FirstReach = 8;

    private readonly int _tokenCount = Math.Min(vocabularySize, tokenCount);
    private readonly CandidateList _candidates = new(vocabularySize);
    private readonly float[] _row = new float[vocabularySize];
    private readonly float[] _weights = new float[vocabularySize];
    private readonly double[] _candidateWeights = new double[vocabularySize];
    private readonly double[] _keys = new double[vocabularySize];

    /// <summary>Chooses the next token of a sequence.</summary>
    /// <param name="logits">The row; overwritten.</param>
    /// <param name="sequence">The sequence's parameters and memory.</param>
    /// <param name="logprobCount">Alternatives to report, or <see langword="null"/> for no score.</param>
    /// <param name="score">How likely the token was before anything was changed, if asked for.</param>
    /// <exception cref="GenerationException">The logits are no numbers, or no token is left to choose.</exception>
    public int Sample(Span<float> logits, SequenceSampler sequence, int? logprobCount, out TokenScore? score)
    {
        // 8. A row of logits becomes a token.
        ThrowIfNotNumbers(logits);
        if (logprobCount is not int count)
        {
            score = null;
            return Choose(logits[.._tokenCount], sequence);
        }

        logits.CopyTo(_row);
        int token = Choose(_row.AsSpan(0, _tokenCount), sequence);
        score = ScoreOf(logits, token, count);
        return token;
    }

    /// <summary>How likely a given token was.</summary>
    /// <exception cref="GenerationException">The logits are no numbers.</exception>
    public TokenScore Score(ReadOnlySpan<float> logits, int token, int topCount)
    {
        ThrowIfNotNumbers(logits);
        return ScoreOf(logits, token, topCount);
    }

    private static void ThrowIfNotNumbers(ReadOnlySpan<float> logits)
    {
        // The largest of a row with a NaN is that NaN.
        float max = TensorPrimitives.Max(logits);
        if (!float.IsFinite(max))
        {
            throw new GenerationException(
                GenerationError.ModelFailed, float.IsNaN(max) ? "The model produced NaN: its logits are not numbers." : "The model produced infinite logits.");
        }
    }

    private TokenScore ScoreOf(ReadOnlySpan<float> logits, int token, int topCount)
    {
        double logSum = LogSumExp.Of(logits, TensorPrimitives.Max(logits));
        ScoredToken[] top = [];
        if (topCount > 0)
        {
            _candidates.GatherTop(logits[.._tokenCount], topCount);
            top = new ScoredToken[_candidates.Count];
            for (int index = 0; index < top.Length; index++)
            {
                top[index] = new ScoredToken(_candidates.IdAt(index), (float)(_candidates.LogitAt(index) - logSum));
            }
        }

        return new TokenScore((float)(logits[token] - logSum), top);
    }

    private int Choose(Span<float> logits, SequenceSampler sequence)
    {
        sequence.Process(logits);
        int best = TensorPrimitives.IndexOfMax(logits);
        float max = logits[best];
        if (float.IsNegativeInfinity(max))
        {
            throw new GenerationException(GenerationError.InvalidRequest, "No token is left to choose: logit bias and the least number of tokens ban them all.", "Sampling.LogitBias");
        }

        SamplingParameters parameters = sequence.Parameters;
        if (parameters.Temperature == 0)
        {
            return best;
        }

        double fraction = sequence.NextFraction();
        if (parameters is { TopK: 0, TypicalP: 1, TopP: 1, MinP: 0 })
        {
            return DrawFromAll(logits, max, parameters.Temperature, fraction);
        }

        double mass = GatherCandidates(logits, max, parameters);
        double total = Filters.Apply(_candidates, parameters, max, mass, _candidateWeights, _keys);
        return DrawFromCandidates(total * fraction);
    }

    private int DrawFromAll(ReadOnlySpan<float> logits, float max, float temperature, double fraction)
    {
        double rest = fraction * LogSumExp.SumOfExponentials(logits, max, temperature, _weights);
        ReadOnlySpan<float> weights = _weights.AsSpan(0, logits.Length);
        int last = 0;
        for (int start = 0; start < weights.Length; start += LogSumExp.ChunkLength)
        {
            ReadOnlySpan<float> chunk = weights.Slice(start, Math.Min(LogSumExp.ChunkLength, weights.Length - start));
            double sum = TensorPrimitives.Sum(chunk);
            if (sum <= rest && start + chunk.Length < weights.Length)
            {
                rest -= sum;
                continue;
            }

            for (int index = 0; index < chunk.Length; index++)
            {
                if (chunk[index] == 0)
                {
                    continue;
                }

                last = start + index;
                rest -= chunk[index];
                if (rest < 0)
                {
                    return last;
                }
            }
        }

        // Rounding left a crumb: the last token that is possible at all, or, where the last chunk had none, the most likely.
        return weights[last] > 0 ? last : TensorPrimitives.IndexOfMax(logits);
    }

    private int DrawFromCandidates(double rest)
    {
        for (int index = 0; index < _candidates.Count; index++)
        {
            rest -= _candidateWeights[index];
            if (rest < 0)
            {
                return _candidates.IdAt(index);
            }
        }

        return _candidates.IdAt(_candidates.Count - 1);
    }

    /// <summary>Collects, largest first, at least the tokens that the filters can leave.</summary>
    /// <returns>The mass of all tokens, <c>exp((x - max) / temperature)</c> summed, where the filters need it and not all are collected; else 0.</returns>
    private double GatherCandidates(ReadOnlySpan<float> logits, float max, SamplingParameters parameters)
    {
        if (parameters.TopK > 0)
        {
            _candidates.GatherTop(logits, parameters.TopK);
            return 0;
        }

        double mass = 0;
        if (parameters.TypicalP < 1)
        {
            _candidates.Gather(logits, float.NegativeInfinity);
        }
        else if (parameters.TopP < 1)
        {
            mass = GatherNucleus(logits, max, parameters);
        }
        else
        {
            _candidates.Gather(logits, Filters.MinimumLogit(max, parameters));
        }

        _candidates.SortDescending();
        return mass;
    }

    /// <summary>
    /// Collects the tokens near the largest logit, farther and farther, until they have the mass of top-p: few are sorted, and none is missing.
    /// </summary>
    private double GatherNucleus(ReadOnlySpan<float> logits, float max, SamplingParameters parameters)
    {
        double total = LogSumExp.SumOfExponentials(logits, max, parameters.Temperature, _weights);
        double wanted = total * parameters.TopP;
        for (float reach = FirstReach; reach < 128; reach *= 2)
        {
            _candidates.Gather(logits, max - (reach * parameters.Temperature));
            double mass = 0;
            for (int index = 0; index < _candidates.Count; index++)
            {
                mass += _weights[_candidates.IdAt(index)];
            }

            if (mass >= wanted)
            {
                return total;
            }
        }

        _candidates.Gather(logits, float.NegativeInfinity);
        return total;
    }
}
