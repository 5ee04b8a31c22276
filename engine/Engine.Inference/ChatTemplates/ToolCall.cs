namespace Engine.Inference.ChatTemplates;

/// <summary>A call of a tool that a model wrote.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">The arguments as the text of a JSON object.</param>
/// <param name="Id">The id that the model gave the call, where its dialect has one.</param>
public sealed record ToolCall(string Name, string Arguments, string? Id = null);
