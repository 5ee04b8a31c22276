using System.Text;
using System.Text.Json.Nodes;
using Engine.Inference.ChatTemplates.Dialects;

namespace Engine.Inference.ChatTemplates;

/// <summary>
/// Takes a model's answer apart while it streams: reasoning, content and tool calls. What it gives in sum does not depend on how the text was
/// cut into pieces. One parser for one answer, used by one thread.
/// </summary>
public sealed class OutputParser
{
    private readonly List<OutputDelta> _deltas = [];
    private readonly IOutputStage _first;

    /// <summary>Creates a parser.</summary>
    /// <param name="dialect">The model's dialect.</param>
    /// <param name="tools">The tools the model was offered, whose schemas say what type an argument has; <see langword="null"/>: calls are not looked for.</param>
    /// <param name="isReasoningOpen">Whether the prompt ended inside reasoning; see <see cref="OutputDialect.IsReasoningOpen"/>.</param>
    public OutputParser(OutputDialect dialect, IReadOnlyList<JsonObject>? tools, bool isReasoningOpen = false)
    {
        if (dialect.ToolCalls?.IsHarmony is true)
        {
            _first = new HarmonyParser(_deltas);
            return;
        }

        _first = new ToolCallParser(tools is null ? null : dialect.ToolCalls, new ArgumentTypes(tools ?? []), _deltas);
        if (dialect.Reasoning is { } reasoning)
        {
            _first = new ReasoningParser(reasoning, isReasoningOpen, _first, _deltas);
        }
    }

    /// <summary>Parses a complete answer.</summary>
    public static ParsedOutput Parse(OutputDialect dialect, string text, IReadOnlyList<JsonObject>? tools, bool isReasoningOpen = false)
    {
        OutputParser parser = new(dialect, tools, isReasoningOpen);
        return Collect([.. parser.Append(text), .. parser.Complete()]);
    }

    /// <summary>Puts pieces together.</summary>
    public static ParsedOutput Collect(IEnumerable<OutputDelta> deltas)
    {
        StringBuilder content = new();
        StringBuilder reasoning = new();
        List<ToolCall> calls = [];
        foreach (OutputDelta delta in deltas)
        {
            switch (delta)
            {
                case OutputDelta.Content piece:
                    content.Append(piece.Text);
                    break;
                case OutputDelta.Reasoning piece:
                    reasoning.Append(piece.Text);
                    break;
                case OutputDelta.Call piece:
                    calls.Add(piece.ToolCall);
                    break;
            }
        }

        return new ParsedOutput(content.ToString(), reasoning.ToString(), calls);
    }

    /// <summary>Takes the next piece of text and gives what became certain. Text that may yet turn out to be a marker waits.</summary>
    public IReadOnlyList<OutputDelta> Append(string text)
    {
        _first.Append(text);
        return Take();
    }

    /// <summary>Gives what was waiting when the answer is at its end.</summary>
    public IReadOnlyList<OutputDelta> Complete()
    {
        _first.Complete();
        return Take();
    }

    private OutputDelta[] Take()
    {
        OutputDelta[] taken = [.. _deltas];
        _deltas.Clear();
        return taken;
    }
}
