namespace Engine.Inference.Core;

/// <summary>What the engine's thread says about one sequence of a request.</summary>
/// <param name="ChoiceIndex">Which sequence of the request.</param>
/// <param name="TokenId">The token it got, or <see cref="NoToken"/>.</param>
/// <param name="FinishReason">Why it ended, if it did.</param>
/// <param name="CachedTokens">Tokens of the prompt that were already computed when it was first admitted.</param>
/// <param name="Score">The token's log probability, if asked for.</param>
/// <param name="PromptScores">With the sequence's first output: scores of the prompt's tokens from the second on, if asked for.</param>
/// <param name="Error">Why the sequence failed, if it did; then it has ended.</param>
internal readonly record struct TokenOutput(
    int ChoiceIndex,
    int TokenId,
    FinishReason? FinishReason = null,
    int CachedTokens = 0,
    TokenScore? Score = null,
    IReadOnlyList<TokenScore>? PromptScores = null,
    GenerationException? Error = null)
{
    /// <summary>In the place of a token where there is none.</summary>
    public const int NoToken = -1;
}
