using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.Rewriting;

/// <summary>What <see cref="PagedAttentionPass"/> made of a graph: the inputs that it added, by name, and what the runner must know to fill them.</summary>
/// <param name="Layers">The layers with attention.</param>
/// <param name="SelectsRows">Whether logits come only for the rows that <see cref="LogitRows"/> lists.</param>
internal sealed record PagedGraph(IReadOnlyList<PagedLayer> Layers, bool SelectsRows)
{
    /// <summary>Where each sequence's tokens begin, 32 bits, <c>[sequences + 1]</c>.</summary>
    public const string CumulativeLengths = "engine.cumulative_sequence_lengths";

    /// <summary>Tokens that each sequence has in its blocks, 32 bits, <c>[sequences]</c>.</summary>
    public const string PastLengths = "engine.past_sequence_lengths";

    /// <summary>Blocks of each sequence, 32 bits, <c>[sequences, most blocks]</c>.</summary>
    public const string BlockTable = "engine.block_table";

    /// <summary>Rows whose logits are wanted, 64 bits, <c>[rows]</c>.</summary>
    public const string LogitRows = "engine.logit_rows";
}

/// <summary>A layer whose keys and values are in blocks.</summary>
/// <param name="KeyCache">Name of the input that is its key cache.</param>
/// <param name="ValueCache">Name of the input that is its value cache.</param>
/// <param name="HeadCount">Heads of keys and values.</param>
/// <param name="HeadSize">Width of a head.</param>
/// <param name="CacheType">How keys and values are kept: fp32, fp16 or int8.</param>
internal sealed record PagedLayer(string KeyCache, string ValueCache, int HeadCount, int HeadSize, ElementType CacheType)
{
    /// <summary>Elements that a token takes in the cache of keys, and of values, for each head: the bytes of an int8 token's scale among them.</summary>
    public int CachedHeadSize => CacheType == ElementType.Int8 ? HeadSize + sizeof(float) : HeadSize;

    /// <summary>Bytes of a token's keys and values.</summary>
    public long BytesPerToken => 2 * CacheType.ByteCount((long)HeadCount * CachedHeadSize);
}
