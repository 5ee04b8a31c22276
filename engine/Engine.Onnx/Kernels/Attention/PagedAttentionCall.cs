namespace Engine.Onnx.Kernels.Attention;

/// <summary>
/// One call of paged attention. The tokens of several sequences lie one after the other; every sequence brings any number of new tokens, whose
/// keys and values go into its blocks, and sees all its tokens up to each.
/// </summary>
internal readonly unsafe struct PagedAttentionCall
{
    public required AttentionParameters Parameters { get; init; }

    /// <summary>Empty where the graph has rotated queries and keys already, or never does.</summary>
    public RotaryTable Rotary { get; init; }

    /// <summary><c>[HeadSize]</c>: weights of the RMS norm of every query before it is rotated; null for none, and then for keys too.</summary>
    public float* QueryNorm { get; init; }

    /// <summary>The same for keys.</summary>
    public float* KeyNorm { get; init; }

    public float NormEpsilon { get; init; }

    /// <summary>New tokens, all sequences together.</summary>
    public required int TokenCount { get; init; }

    public required int SequenceCount { get; init; }

    /// <summary><c>[SequenceCount + 1]</c>: where the tokens of each sequence begin; the last is <see cref="TokenCount"/>.</summary>
    public required int* CumulativeLengths { get; init; }

    /// <summary><c>[SequenceCount]</c>: tokens that each sequence has in its blocks already.</summary>
    public required int* PastLengths { get; init; }

    /// <summary><c>[SequenceCount, MaximumBlocks]</c>.</summary>
    public required int* BlockTable { get; init; }

    public required int MaximumBlocks { get; init; }

    /// <summary>Tokens of a block, a multiple of 16.</summary>
    public required int BlockSize { get; init; }

    /// <summary>For every block, and every head in it, BlockSize / 16 groups of keys.</summary>
    public required byte* KeyCache { get; init; }

    /// <summary>The same of values.</summary>
    public required byte* ValueCache { get; init; }

    /// <summary><c>[TokenCount, Heads, HeadSize]</c>, <see cref="QueryStride"/> floats from token to token.</summary>
    public required float* Queries { get; init; }

    public required nint QueryStride { get; init; }

    public required float* Keys { get; init; }

    public required float* Values { get; init; }

    /// <summary>Floats from one token's keys, and values, to the next token's.</summary>
    public required nint KeyValueStride { get; init; }

    /// <summary>Receives <c>[TokenCount, Heads, HeadSize]</c>.</summary>
    public required float* Output { get; init; }

    /// <summary>Groups of the cache before that of a head's sixteen tokens.</summary>
    public long GroupIndex(int sequence, int head, int group)
    {
        int tokens = group * KeyValueGroup.Tokens;
        int block = BlockTable[(long)sequence * MaximumBlocks + tokens / BlockSize];
        return (((long)block * Parameters.KeyValueHeads + head) * BlockSize + tokens % BlockSize) / KeyValueGroup.Tokens;
    }
}
