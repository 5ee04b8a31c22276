namespace Engine.Inference.Tokenization;

/// <summary>
/// A text cannot be tokenized with this vocabulary: it has characters that no token spells and no token for
/// unknown ones, or it is made to cost more than a tokenizer may.
/// </summary>
public sealed class TokenizationException(string message) : Exception(message);
