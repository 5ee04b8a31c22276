namespace Engine.Inference.ChatTemplates;

/// <summary>A model's answer in its parts.</summary>
/// <param name="Content">The text for the user.</param>
/// <param name="Reasoning">The reasoning; empty where there is none.</param>
/// <param name="ToolCalls">The tool calls, in order.</param>
public sealed record ParsedOutput(string Content, string Reasoning, IReadOnlyList<ToolCall> ToolCalls);
