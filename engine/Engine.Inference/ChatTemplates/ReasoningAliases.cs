using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates;

/// <summary>Gives the reasoning of an earlier turn under both names that templates look for, as transformers does.</summary>
internal static class ReasoningAliases
{
    private static readonly StringValue ReasoningContent = new("reasoning_content");
    private static readonly StringValue Thinking = new("thinking");

    public static DictValue Add(DictValue message)
    {
        if (message.TryGet(ReasoningContent, out Value? reasoning))
        {
            message.Entries.TryAdd(Thinking, reasoning);
        }
        else if (message.TryGet(Thinking, out Value? thinking))
        {
            message.Entries.Add(ReasoningContent, thinking);
        }

        return message;
    }
}
