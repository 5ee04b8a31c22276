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

    /// <summary><c>[blocks, KeyValueHeads, BlockSize / 16, HeadSize, 16]</c>: a lane is a token.</summary>
    public required byte* KeyCache { get; init; }

    /// <summary><c>[blocks, KeyValueHeads, BlockSize, HeadSize]</c>.</summary>
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

    /// <summary>Elements from the start of the key cache to the keys of sixteen tokens; that of the value cache is the same.</summary>
    public long Offset(int sequence, int head, int tokenBlock)
    {
        int tokens = tokenBlock * AttentionTiles.TokenLanes;
        int block = BlockTable[(long)sequence * MaximumBlocks + tokens / BlockSize];
        return (((long)block * Parameters.KeyValueHeads + head) * BlockSize + tokens % BlockSize) * Parameters.HeadSize;
    }
}
