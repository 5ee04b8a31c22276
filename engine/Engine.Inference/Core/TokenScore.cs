namespace Engine.Inference.Core;

/// <summary>How likely a token was under the model's own distribution, and which were the most likely at its place.</summary>
/// <param name="Logprob">Its log probability.</param>
/// <param name="Top">The most likely tokens, most likely first, the lower id first among equals.</param>
internal sealed record TokenScore(float Logprob, ScoredToken[] Top);

/// <summary>A token and its log probability.</summary>
internal readonly record struct ScoredToken(int Id, float Logprob);
