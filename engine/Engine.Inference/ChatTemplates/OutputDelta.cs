namespace Engine.Inference.ChatTemplates;

/// <summary>A piece of a model's answer, told apart by what it is.</summary>
public abstract record OutputDelta
{
    private OutputDelta()
    {
    }

    /// <summary>Text for the user.</summary>
    public sealed record Content(string Text) : OutputDelta;

    /// <summary>Text of the model's reasoning.</summary>
    public sealed record Reasoning(string Text) : OutputDelta;

    /// <summary>A whole tool call.</summary>
    public sealed record Call(ToolCall ToolCall) : OutputDelta;
}
