using System.Numerics.Tensors;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;

namespace Engine.Cli.Benchmarking;

/// <summary>Some sequences that advance together, driven straight at a runner: no scheduler, no sampler, no text.</summary>
internal sealed class BenchmarkSequences
{
    private readonly IModelRunner _runner;
    private readonly bool _greedy;
    private readonly StepPlan _plan = new();
    private readonly long[] _ids;
    private readonly int[][] _blocks;
    private readonly int[] _next;
    private readonly float[] _logits;

    /// <summary>Begins sequences.</summary>
    /// <param name="runner">What computes them.</param>
    /// <param name="firstId">The id of the first; the others follow.</param>
    /// <param name="count">How many.</param>
    /// <param name="capacity">The most tokens each will hold.</param>
    /// <param name="greedy">Whether a step continues with the most likely token of the one before.</param>
    public BenchmarkSequences(IModelRunner runner, long firstId, int count, int capacity, bool greedy)
    {
        _runner = runner;
        _greedy = greedy;
        int blocks = (capacity + runner.KVCacheLayout.BlockSize - 1) / runner.KVCacheLayout.BlockSize;
        if ((long)blocks * count > runner.KVCacheLayout.BlockCount)
        {
            throw new CommandException($"{count} sequences of {capacity} tokens do not fit the memory for keys and values; ask for fewer or shorter ones with --batch, --ctx, --tg or --btg.");
        }

        _ids = [.. Enumerable.Range(0, count).Select(index => firstId + index)];
        _blocks = [.. Enumerable.Range(0, count).Select(index => Enumerable.Range(index * blocks, blocks).ToArray())];
        _next = new int[count];
        _logits = new float[(long)count * runner.VocabularySize];
    }

    /// <summary>How many there are.</summary>
    public int Count => _ids.Length;

    /// <summary>Computes tokens of the first sequence's fixed text.</summary>
    /// <param name="from">Position of the first.</param>
    /// <param name="to">Position behind the last.</param>
    /// <param name="pieceLength">The most at once.</param>
    public void Prefill(int from, int to, int pieceLength)
    {
        Span<int> tokens = new int[pieceLength];
        for (int start = from; start < to; start += pieceLength)
        {
            Span<int> piece = tokens[..Math.Min(pieceLength, to - start)];
            for (int index = 0; index < piece.Length; index++)
            {
                piece[index] = FixedToken(start + index, 0);
            }

            _plan.Clear();
            _plan.Add(_ids[0], piece, start, 1, BlocksFor(0, start + piece.Length));
            _runner.Execute(_plan, _logits.AsSpan(0, _runner.VocabularySize));
        }
    }

    /// <summary>Sets the first tokens of the steps that follow.</summary>
    public void BeginSteps(int position)
    {
        for (int index = 0; index < _next.Length; index++)
        {
            _next[index] = FixedToken(position, index);
        }
    }

    /// <summary>Computes one token of every sequence.</summary>
    public void Step(int position)
    {
        _plan.Clear();
        for (int index = 0; index < _ids.Length; index++)
        {
            _plan.Add(_ids[index], _next.AsSpan(index, 1), position, 1, BlocksFor(index, position + 1));
        }

        _runner.Execute(_plan, _logits);
        for (int index = 0; index < _next.Length; index++)
        {
            _next[index] = _greedy
                ? TensorPrimitives.IndexOfMax<float>(_logits.AsSpan(index * _runner.VocabularySize, _runner.VocabularySize))
                : FixedToken(position + 1, index);
        }
    }

    // The same tokens for every engine that is compared; the last ids of a vocabulary, often control tokens, are left out where there are that many.
    private int FixedToken(int position, int sequence) =>
        (int)(((position * 7919L) + (sequence * 104729L) + 17) % (_runner.VocabularySize > 300 ? _runner.VocabularySize - 300 : _runner.VocabularySize));

    private ReadOnlySpan<int> BlocksFor(int sequence, int length) =>
        _blocks[sequence].AsSpan(0, (length + _runner.KVCacheLayout.BlockSize - 1) / _runner.KVCacheLayout.BlockSize);
}
