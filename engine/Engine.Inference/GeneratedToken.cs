namespace Engine.Inference;

/// <summary>A token and, where asked for, how likely it was.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Bytes">The bytes it stands for in the text; may be part of a character.</param>
/// <param name="Logprob">Its log probability under the model's own distribution (before temperature, penalties and masks), or <see langword="null"/> if not asked for or the first token of a prompt.</param>
/// <param name="Top">The most likely tokens at its place, most likely first; empty if not asked for.</param>
/// <param name="TextOffset">Where its text begins in the choice's text, in characters.</param>
public sealed record GeneratedToken(int Id, ReadOnlyMemory<byte> Bytes, float? Logprob, IReadOnlyList<TokenLogprob> Top, int TextOffset);

/// <summary>An alternative at a token's place.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Bytes">The bytes it stands for in the text.</param>
/// <param name="Logprob">Its log probability.</param>
public readonly record struct TokenLogprob(int Id, ReadOnlyMemory<byte> Bytes, float Logprob);
