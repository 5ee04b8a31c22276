namespace Engine.Inference;

/// <summary>What a request consumed and produced.</summary>
/// <param name="PromptTokens">Tokens of the prompt, counted once however many choices there are.</param>
/// <param name="CompletionTokens">Tokens generated, all choices together, end tokens included.</param>
/// <param name="CachedTokens">Tokens of the prompt whose keys and values were taken from the prefix cache by the first choice.</param>
public readonly record struct GenerationUsage(int PromptTokens, int CompletionTokens, int CachedTokens);
