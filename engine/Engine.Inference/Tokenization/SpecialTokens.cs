namespace Engine.Inference.Tokenization;

/// <summary>The spellings of the tokens with a role, as the files beside the tokenizer name them.</summary>
internal sealed record SpecialTokens(string? Bos, string? Eos, string? Pad, string? Unknown)
{
    public static SpecialTokens None { get; } = new(null, null, null, null);
}
