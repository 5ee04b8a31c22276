using System.Text.Json.Nodes;

namespace Engine.Inference.ChatTemplates;

/// <summary>What a chat template is rendered with. Nothing in it is changed by a template.</summary>
public sealed record ChatTemplateInput
{
    /// <summary>The messages, oldest first, in the shape templates read: <c>role</c>, <c>content</c>, <c>tool_calls</c> and so on.</summary>
    public required IReadOnlyList<JsonObject> Messages { get; init; }

    /// <summary>Functions the model may call, as <c>{"type":"function","function":{…}}</c>; <see langword="null"/>: the template sees none.</summary>
    public IReadOnlyList<JsonObject>? Tools { get; init; }

    /// <summary>Documents for templates that know them; <see langword="null"/>: the template sees none.</summary>
    public IReadOnlyList<JsonObject>? Documents { get; init; }

    /// <summary>Whether the text ends with the opening of the assistant's turn.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Whether the text ends with the last message's content, left open for the model to go on with.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>What <c>strftime_now</c> takes for now, in the offset that it should print; <see langword="null"/>: the local time.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Further variables: <c>enable_thinking</c>, <c>reasoning_effort</c>, or special tokens other than the folder's.</summary>
    public JsonObject? Variables { get; init; }
}
