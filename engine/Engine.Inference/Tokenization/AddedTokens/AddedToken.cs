namespace Engine.Inference.Tokenization.AddedTokens;

/// <summary>A token that is found in the text before the model sees it.</summary>
/// <param name="Content">The string it is found by.</param>
/// <param name="SingleWord">Counts only where no word character touches it.</param>
/// <param name="StripLeft">Takes the white space before it along.</param>
/// <param name="StripRight">Takes the white space behind it along.</param>
/// <param name="Normalized">Is looked for in the normalized text, in its own normalized form.</param>
/// <param name="Special">A control token: skipped when decoding, and never made of what a user writes.</param>
internal sealed record AddedToken(string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special)
{
    /// <summary>The id, for formats whose files decide it; otherwise it follows from the vocabulary.</summary>
    public int? FixedId { get; init; }
}
