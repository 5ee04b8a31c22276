using System.Text.Json.Nodes;

namespace Engine.Inference.ChatTemplates;

/// <summary>Finds out what a template supports: renders conversations with words that stand out and looks where these come out.</summary>
internal sealed class CapabilityProbe(ChatTemplate template)
{
    private const string User = "userzqx";
    private const string Answer = "answerzqx";

    private static readonly string[] KnownSwitches =
    [
        "enable_thinking", "thinking", "reasoning_effort", "thinking_budget", "thinking_mode", "enable_reasoning", "reasoning", "reasoning_mode", "think", "is_thinking",
        "thinking_effort", "reasoning_strength", "deliberation", "force_reasoning", "reasoning_budget", "clear_thinking", "preserve_thinking",
    ];

    private static readonly string[] UsualTokens = ["bos_token", "eos_token", "unk_token", "pad_token"];

    private static readonly string[] KnownMembers = ["reasoning_content", "reasoning", "thinking"];

    public static ChatTemplateCapabilities Run(ChatTemplate template) => new CapabilityProbe(template).Run();

    private ChatTemplateCapabilities Run()
    {
        bool takesString = Shows([Message("user", User)], User);
        bool takesParts = Shows([new JsonObject { ["role"] = "user", ["content"] = Parts(User) }], User);
        bool takesObjectCalls = ShowsCalls(asObject: true, "argumentzqx");
        bool takesStringCalls = ShowsCalls(asObject: false, "argumentzqx");
        return new ChatTemplateCapabilities
        {
            StringContent = takesString || !takesParts,
            ContentParts = takesParts,
            SystemMessages = Shows([Message("system", "systemzqx"), Message("user", User)], "systemzqx"),
            DeveloperMessages = Shows([Message("developer", "developerzqx"), Message("user", User)], "developerzqx"),
            Tools = Shows([Message("user", User)], "descriptionzqx", withTools: true),
            ToolCalls = takesObjectCalls || takesStringCalls,
            ParallelToolCalls = ShowsCalls(takesObjectCalls, "argumentzqx", "secondzqx"),
            ToolResults = ShowsCalls(takesObjectCalls, "resultzqx"),
            ObjectArguments = takesObjectCalls && (!takesStringCalls || QuotesStrings()),
            Documents = Render([Message("user", User)], withDocuments: true)?.Contains("documentzqx", StringComparison.Ordinal) ?? false,
            ReasoningSwitches = [.. KnownSwitches.Where(template.Variables.Contains)],
            ReasoningMembers = [.. KnownMembers.Where(template.Members.Contains)],
        };
    }

    private static JsonObject Message(string role, string text) => new() { ["role"] = role, ["content"] = text };

    // Not a collection expression: that would call the generic Add, which needs reflection.
    private static JsonArray Parts(string text) => new(new JsonObject { ["type"] = "text", ["text"] = text });

    private bool Shows(IReadOnlyList<JsonObject> messages, string word, bool withTools = false) =>
        Render(messages, withTools)?.Contains(word, StringComparison.Ordinal)
        // A template for parts only renders no string: ask again in its own way.
        ?? Render([.. messages.Select(WithParts)], withTools)?.Contains(word, StringComparison.Ordinal)
        ?? false;

    private bool ShowsCalls(bool asObject, params string[] words) =>
        Render(CallConversation(asObject, words.Length), withTools: true) is { } text && words.All(word => text.Contains(word, StringComparison.Ordinal));

    private bool QuotesStrings() =>
        Render(CallConversation(asObject: false, 1), withTools: true)?.Contains("\\\"argumentzqx", StringComparison.Ordinal) ?? true;

    private static List<JsonObject> CallConversation(bool asObject, int count)
    {
        JsonArray calls = [];
        for (int i = 0; i < count; i++)
        {
            JsonObject arguments = new() { ["place"] = i == 0 ? "argumentzqx" : "secondzqx" };
            calls.Add((JsonNode)new JsonObject
            {
                ["id"] = $"call{i:00000}",
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = "toolzqx", ["arguments"] = asObject ? arguments : JsonValue.Create(arguments.ToJsonString()) },
            });
        }

        List<JsonObject> messages = [Message("user", User), new JsonObject { ["role"] = "assistant", ["content"] = "", ["tool_calls"] = calls }];
        for (int i = 0; i < count; i++)
        {
            messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = $"call{i:00000}", ["name"] = "toolzqx", ["content"] = "resultzqx" });
        }

        messages.Add(Message("assistant", Answer));
        messages.Add(Message("user", User));
        return messages;
    }

    private static JsonObject WithParts(JsonObject message)
    {
        JsonObject copy = (JsonObject)message.DeepClone();
        if (copy["content"] is JsonValue text)
        {
            copy["content"] = Parts(text.ToString());
        }

        return copy;
    }

    private string? Render(IReadOnlyList<JsonObject> messages, bool withTools = false, bool withDocuments = false)
    {
        ChatTemplateInput input = new()
        {
            Messages = messages,
            Tools = withTools ? [Tool()] : null,
            Documents = withDocuments ? [new JsonObject { ["title"] = "titlezqx", ["text"] = "documentzqx", ["contents"] = "documentzqx", ["doc_id"] = 1 }] : null,
            AddGenerationPrompt = true,
            Now = DateTimeOffset.UnixEpoch,
            Variables = MissingTokens(),
        };
        try
        {
            return template.Render(input).Text;
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }

    /// <summary>The usual special tokens where the folder names none: templates put them between turns.</summary>
    private JsonObject MissingTokens()
    {
        JsonObject tokens = [];
        foreach (string name in UsualTokens.Where(name => !template.SpecialTokens.ContainsKey(name)))
        {
            tokens[name] = "";
        }

        return tokens;
    }

    private static JsonObject Tool() => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = "toolzqx",
            ["description"] = "descriptionzqx",
            ["parameters"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["place"] = new JsonObject { ["type"] = "string", ["description"] = "where" } },
                ["required"] = new JsonArray("place"),
            },
        },
    };
}
