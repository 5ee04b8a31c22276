using Engine.Inference.KVCache;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;

namespace Engine.Tests.Inference;

/// <summary>
/// A model without a model: its "keys and values" are the tokens themselves, kept in blocks as a real runner keeps its floats, and its logits are
/// a function of all tokens up to a position, read back through the block table. A wrong block therefore gives wrong logits.
/// </summary>
internal sealed class FakeModelRunner : IModelRunner
{
    private readonly int[] _storage;
    private readonly FakeLogits _logits;

    /// <param name="logits">Fills a row from the tokens up to and including a position; <see langword="null"/>: numbers that hang on all of them.</param>
    /// <param name="vocabularySize">Columns of a row.</param>
    /// <param name="contextLength">The most tokens of a sequence.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    /// <param name="blockCount">Blocks there are.</param>
    /// <param name="canShareBlocks">Whether two sequences may read the same block.</param>
    public FakeModelRunner(
        FakeLogits? logits = null, int vocabularySize = 258, int contextLength = 512, int blockSize = 8, int blockCount = 256, bool canShareBlocks = true)
    {
        _logits = logits ?? HashedLogits;
        VocabularySize = vocabularySize;
        ContextLength = contextLength;
        KVCacheLayout = new KVCacheLayout(blockSize, blockCount, blockSize * sizeof(int), canShareBlocks);
        _storage = new int[blockSize * blockCount];
        Array.Fill(_storage, -1);
    }

    public int VocabularySize { get; }

    public int ContextLength { get; }

    public KVCacheLayout KVCacheLayout { get; }

    public string Fingerprint => "fake";

    /// <summary>Called on the engine's thread before a step is computed; may wait or throw.</summary>
    public Action<StepPlan>? BeforeExecute { get; set; }

    /// <summary>Steps computed.</summary>
    public int StepCount { get; private set; }

    /// <summary>Tokens computed, all steps together.</summary>
    public int TokenCount { get; private set; }

    /// <summary>The most sequences of a step.</summary>
    public int LargestBatch { get; private set; }

    /// <summary>The most tokens of a step.</summary>
    public int LargestStep { get; private set; }

    /// <summary>Whether a row is filled from an empty prefix, without reading the blocks: for tests that count what others allocate.</summary>
    public bool AllocatesNothing { get; init; }

    public bool IsDisposed { get; private set; }

    /// <summary>A model that says one text, token by token, after any prompt of one length, and then an end token for ever.</summary>
    public static FakeLogits Saying(int promptLength, int endToken, params int[] tokens) => (prefix, row) =>
    {
        int index = prefix.Length - promptLength;
        row.Clear();
        row[index >= 0 && index < tokens.Length ? tokens[index] : endToken] = 10;
    };

    /// <summary>Numbers from -8 to 8 that hang on every token before.</summary>
    public static void HashedLogits(ReadOnlySpan<int> prefix, Span<float> row)
    {
        ulong hash = 14695981039346656037;
        foreach (int token in prefix)
        {
            hash = (hash ^ (uint)token) * 1099511628211;
            hash ^= hash >> 29;
        }

        for (int column = 0; column < row.Length; column++)
        {
            ulong value = (hash + (ulong)column) * 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 31)) * 0xBF58476D1CE4E5B9;
            row[column] = ((value >> 40) / (float)(1 << 24) * 16) - 8;
        }
    }

    public void Execute(StepPlan plan, Span<float> logits)
    {
        BeforeExecute?.Invoke(plan);
        StepCount++;
        LargestBatch = Math.Max(LargestBatch, plan.Sequences.Length);
        LargestStep = Math.Max(LargestStep, plan.TokenIds.Length);
        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            Store(plan, sequence);
        }

        int row = 0;
        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            int end = sequence.Position + sequence.TokenCount;
            int[] tokens = AllocatesNothing ? [] : Load(plan.BlocksOf(sequence), end);
            for (int position = end - sequence.LogitCount; position < end; position++)
            {
                _logits(AllocatesNothing ? [] : tokens.AsSpan(0, position + 1), logits.Slice(row++ * VocabularySize, VocabularySize));
            }
        }
    }

    public void Dispose() => IsDisposed = true;

    private void Store(StepPlan plan, in ScheduledSequence sequence)
    {
        ReadOnlySpan<int> tokens = plan.TokensOf(sequence);
        ReadOnlySpan<int> blocks = plan.BlocksOf(sequence);
        TokenCount += tokens.Length;
        for (int index = 0; index < tokens.Length; index++)
        {
            _storage[PlaceOf(blocks, sequence.Position + index)] = tokens[index];
        }
    }

    private int[] Load(ReadOnlySpan<int> blocks, int length)
    {
        int[] tokens = new int[length];
        for (int position = 0; position < length; position++)
        {
            tokens[position] = _storage[PlaceOf(blocks, position)];
        }

        return tokens;
    }

    private int PlaceOf(ReadOnlySpan<int> blocks, int position)
    {
        int size = KVCacheLayout.BlockSize;
        return (blocks[position / size] * size) + (position % size);
    }
}

/// <summary>Fills a row of logits from the tokens up to a position.</summary>
internal delegate void FakeLogits(ReadOnlySpan<int> prefix, Span<float> row);
