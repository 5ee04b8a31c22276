namespace Engine.Inference.Tokenization.Models;

/// <summary>The settings of a BPE model in tokenizer.json.</summary>
internal sealed record BpeOptions
{
    public byte[]? UnknownToken { get; init; }

    /// <summary>Stands in front of every symbol but a piece's first, such as <c>##</c>.</summary>
    public byte[] ContinuingPrefix { get; init; } = [];

    /// <summary>Stands behind a piece's last symbol, such as <c>&lt;/w&gt;</c>.</summary>
    public byte[] EndSuffix { get; init; } = [];

    /// <summary>Neighbouring unknown characters make one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Characters without a token become tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A piece that is a token is that token, whatever the merges make of it.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Pieces come as plain bytes; the vocabulary spells each with its stand-in, see <see cref="ByteAlphabet"/>.</summary>
    public bool TakesBytes { get; init; }
}
