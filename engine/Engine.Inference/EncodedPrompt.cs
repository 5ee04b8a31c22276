using Engine.Inference.Tokenization;

namespace Engine.Inference;

/// <summary>What a prompt came to.</summary>
/// <param name="Ids">Its tokens.</param>
/// <param name="Text">Its text, or <see langword="null"/> if it was given as tokens.</param>
/// <param name="Warnings">What of it has no effect on this model, one sentence each.</param>
internal sealed record EncodedPrompt(int[] Ids, string? Text, IReadOnlyList<string> Warnings)
{
    /// <summary>Its text, decoded if need be.</summary>
    public string TextFor(Tokenizer tokenizer) => Text ?? tokenizer.Decode(Ids, skipSpecialTokens: false);
}
