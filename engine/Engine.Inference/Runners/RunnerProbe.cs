using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using Engine.Inference.Scheduling;

namespace Engine.Inference.Runners;

/// <summary>
/// Drives a runner without a scheduler, one sequence at a time: token ids in, rows of logits out. For converting and debugging models, and for tests.
/// </summary>
/// <param name="runner">The runner; nothing else uses it meanwhile. Not disposed of.</param>
[Experimental("ENGINE001")]
public sealed class RunnerProbe(IModelRunner runner)
{
    private readonly StepPlan _plan = new();
    private readonly int[] _blocks = [.. Enumerable.Range(0, runner.KVCacheLayout.BlockCount)];
    private long _sequence;

    /// <summary>Tokens computed since <see cref="Begin"/>.</summary>
    public int Position { get; private set; }

    /// <summary>Begins a new sequence.</summary>
    public void Begin()
    {
        _sequence++;
        Position = 0;
    }

    /// <summary>Computes tokens that follow those already computed.</summary>
    /// <param name="ids">The tokens, at least one; together with those before at most the runner's context.</param>
    /// <param name="rowCount">Of how many of them, counted from the last, logits are wanted.</param>
    /// <param name="chunk">The most tokens of one step; 0, the default: all in one.</param>
    /// <returns>The rows, in the order of the tokens.</returns>
    /// <exception cref="ArgumentException">No tokens, more than the context or the cache holds, or an id outside the vocabulary.</exception>
    public float[][] Append(ReadOnlySpan<int> ids, int rowCount, int chunk = 0)
    {
        Check(ids);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowCount, ids.Length);
        float[][] rows = new float[rowCount][];
        int filled = 0;
        for (int start = 0; start < ids.Length;)
        {
            int count = Math.Min(chunk > 0 ? chunk : ids.Length, ids.Length - start);
            int wanted = Math.Clamp(start + count - (ids.Length - rowCount), 0, count);
            float[] logits = new float[(long)wanted * runner.VocabularySize];
            Step(ids.Slice(start, count), wanted, logits);
            for (int i = 0; i < wanted; i++)
            {
                rows[filled++] = logits.AsSpan(i * runner.VocabularySize, runner.VocabularySize).ToArray();
            }

            start += count;
        }

        return rows;
    }

    /// <summary>Generates tokens, always the most likely one (the lowest id of equals), from the row that follows the tokens computed so far.</summary>
    /// <param name="last">The last row of logits.</param>
    /// <param name="count">How many; fewer where the context ends.</param>
    public int[] Greedy(ReadOnlySpan<float> last, int count)
    {
        List<int> tokens = [];
        float[] row = last.ToArray();
        while (tokens.Count < count)
        {
            int token = TensorPrimitives.IndexOfMax<float>(row);
            tokens.Add(token);
            if (tokens.Count == count || Position == runner.ContextLength)
            {
                break;
            }

            Step([token], 1, row);
        }

        return [.. tokens];
    }

    private void Step(ReadOnlySpan<int> ids, int wanted, Span<float> logits)
    {
        int blockSize = runner.KVCacheLayout.BlockSize;
        _plan.Clear();
        if (Position == 0)
        {
            _plan.End(_sequence - 1);
        }

        _plan.Add(_sequence, ids, Position, wanted, _blocks.AsSpan(0, (Position + ids.Length + blockSize - 1) / blockSize));
        runner.Execute(_plan, logits);
        Position += ids.Length;
    }

    private void Check(ReadOnlySpan<int> ids)
    {
        long room = Math.Min(runner.ContextLength, (long)runner.KVCacheLayout.BlockSize * runner.KVCacheLayout.BlockCount) - Position;
        if (ids.IsEmpty || ids.Length > room)
        {
            throw new ArgumentException($"{ids.Length} tokens where 1 to {room} fit.");
        }

        foreach (int id in ids)
        {
            if ((uint)id >= (uint)runner.VocabularySize)
            {
                throw new ArgumentException($"Token {id} is outside the vocabulary of {runner.VocabularySize}.");
            }
        }
    }
}
