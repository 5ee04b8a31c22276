namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>A stretch of a string that came from messages, tools or documents rather than from the template, in UTF-16 units, the end exclusive.</summary>
internal readonly record struct LabelSpan(int Start, int End);
