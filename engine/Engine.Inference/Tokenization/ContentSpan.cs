namespace Engine.Inference.Tokenization;

/// <summary>A stretch of a rendered prompt that comes from a user, a tool or another source of content and must not form control tokens.</summary>
/// <param name="Start">The first UTF-16 unit.</param>
/// <param name="Length">The number of UTF-16 units.</param>
public readonly record struct ContentSpan(int Start, int Length);
