namespace Engine.Inference.ChatTemplates;

/// <summary>What a chat template supports, found by rendering small conversations with it.</summary>
public sealed record ChatTemplateCapabilities
{
    /// <summary>Whether the text of a system message comes out.</summary>
    public bool SystemMessages { get; init; }

    /// <summary>Whether the text of a developer message comes out.</summary>
    public bool DeveloperMessages { get; init; }

    /// <summary>Whether descriptions of tools come out.</summary>
    public bool Tools { get; init; }

    /// <summary>Whether an assistant message's tool calls come out.</summary>
    public bool ToolCalls { get; init; }

    /// <summary>Whether several tool calls of one message come out.</summary>
    public bool ParallelToolCalls { get; init; }

    /// <summary>Whether the content of a tool message comes out.</summary>
    public bool ToolResults { get; init; }

    /// <summary>Whether the arguments of tool calls must be JSON objects: as a string of JSON they fail or come out quoted.</summary>
    public bool ObjectArguments { get; init; }

    /// <summary>Whether documents come out.</summary>
    public bool Documents { get; init; }

    /// <summary>Whether content may be a string.</summary>
    public bool StringContent { get; init; }

    /// <summary>Whether content may be a list of parts <c>{"type":"text","text":…}</c>.</summary>
    public bool ContentParts { get; init; }

    /// <summary>
    /// The variables that switch reasoning and that the template reads: <c>enable_thinking</c>, <c>thinking</c>, <c>reasoning_effort</c>,
    /// <c>thinking_budget</c> and so on. Empty where there is no switch.
    /// </summary>
    public IReadOnlyList<string> ReasoningSwitches { get; init; } = [];

    /// <summary>The message members with the reasoning of earlier turns that the template reads: <c>reasoning_content</c>, <c>reasoning</c>, <c>thinking</c>.</summary>
    public IReadOnlyList<string> ReasoningMembers { get; init; } = [];
}
