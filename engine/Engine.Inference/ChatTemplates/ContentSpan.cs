namespace Engine.Inference.ChatTemplates;

/// <summary>A stretch of rendered text that came from messages, tools or documents rather than from the template.</summary>
/// <param name="Start">Where it begins, in UTF-16 units of the text.</param>
/// <param name="End">Where it ends, exclusive; greater than <paramref name="Start"/>.</param>
public readonly record struct ContentSpan(int Start, int End);
