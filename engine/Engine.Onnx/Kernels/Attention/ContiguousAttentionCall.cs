namespace Engine.Onnx.Kernels.Attention;

/// <summary>One call of attention over keys and values that lie together, as a graph's past and present tensors hold them.</summary>
internal readonly unsafe struct ContiguousAttentionCall
{
    public required AttentionParameters Parameters { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>New tokens of every batch row, padding on the right included.</summary>
    public required int SequenceLength { get; init; }

    /// <summary>Tokens that the memory of keys and values holds for every batch row and head.</summary>
    public required int Capacity { get; init; }

    /// <summary><c>[BatchSize]</c>: tokens before the new ones.</summary>
    public required int* PastLengths { get; init; }

    /// <summary><c>[BatchSize]</c>: new tokens without the padding.</summary>
    public required int* NewLengths { get; init; }

    /// <summary><c>[BatchSize, KeyValueHeads, Capacity, HeadSize]</c>, the new tokens included.</summary>
    public required byte* Keys { get; init; }

    public required byte* Values { get; init; }

    /// <summary>Rotated queries, <c>[BatchSize, SequenceLength, Heads, HeadSize]</c>.</summary>
    public required float* Queries { get; init; }

    /// <summary>Added to the scores: <c>[batch or 1, heads or 1, SequenceLength, BiasLength]</c>; null for none.</summary>
    public float* Bias { get; init; }

    public int BiasLength { get; init; }

    /// <summary>Floats from one batch row of the bias to the next; 0 when all share it.</summary>
    public long BiasBatchStride { get; init; }

    public long BiasHeadStride { get; init; }

    /// <summary>Receives <c>[BatchSize, SequenceLength, Heads, HeadSize]</c>; zeros for padding.</summary>
    public required float* Output { get; init; }
}
