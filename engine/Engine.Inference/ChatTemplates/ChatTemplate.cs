using System.Text.Json.Nodes;
using Engine.Inference.ChatTemplates.Jinja;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates;

/// <summary>
/// A model's chat template: a Jinja template compiled once, rendered for every conversation, with the results of transformers'
/// <c>apply_chat_template</c>. Immutable and safe for use by several threads.
/// </summary>
public sealed class ChatTemplate
{
    // A template's own length gives it room to render, up to a limit: a long template may be a hostile one.
    private const int LongestCountedSource = 50_000;

    private readonly JinjaTemplate _template;
    private readonly JinjaTemplate? _toolTemplate;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;
    private readonly Lazy<ChatTemplateCapabilities> _capabilities;

    internal ChatTemplate(string source, string? toolSource, IReadOnlyDictionary<string, string> specialTokens)
    {
        Source = source;
        ToolSource = toolSource;
        _template = JinjaTemplate.Parse(source);
        _toolTemplate = toolSource is null ? null : JinjaTemplate.Parse(toolSource);
        _specialTokens = specialTokens;
        _capabilities = new Lazy<ChatTemplateCapabilities>(() => CapabilityProbe.Run(this));
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>The text of the template that is used when there are tools, where the model has one of its own for that; else <see langword="null"/>.</summary>
    public string? ToolSource { get; }

    /// <summary>What the template supports, found by rendering small conversations. Found out when first asked.</summary>
    public ChatTemplateCapabilities Capabilities => _capabilities.Value;

    internal IReadOnlyDictionary<string, string> SpecialTokens => _specialTokens;

    /// <summary>The variables that the template reads somewhere.</summary>
    internal IReadOnlySet<string> Variables => _template.Variables;

    /// <summary>The attributes and constant keys that the template reads somewhere.</summary>
    internal IReadOnlySet<string> Members => _template.Members;

    /// <summary>Compiles a template.</summary>
    /// <param name="source">The template's text.</param>
    /// <exception cref="ChatTemplateException">It is no valid template; the message has the line.</exception>
    public static ChatTemplate Parse(string source) => new(source, null, new Dictionary<string, string>());

    /// <summary>
    /// Reads a model folder's template: <c>chat_template.jinja</c>, else <c>chat_template.json</c>, else <c>tokenizer_config.json</c>. Special
    /// tokens of <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> become variables.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <returns>The template, or <see langword="null"/> where the folder has none.</returns>
    /// <exception cref="Engine.Onnx.InvalidModelException">A file of the folder is malformed, or its template does not compile.</exception>
    public static ChatTemplate? Load(string directory) => ChatTemplateFiles.Load(directory);

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, fails, or takes too much.</exception>
    public RenderedChat Render(ChatTemplateInput input)
    {
        if (input.ContinueFinalMessage && input.AddGenerationPrompt)
        {
            throw new ChatTemplateException("continue_final_message and add_generation_prompt exclude each other: either the last message goes on or a new one begins");
        }

        JinjaTemplate template = input.Tools is { Count: > 0 } && _toolTemplate is not null ? _toolTemplate : _template;
        RenderedChat chat;
        try
        {
            chat = Render(template, input, leavesOut: false);
        }
        catch (ChatTemplateException exception) when (IsFault(exception) && (input.Tools is null || input.Documents is null))
        {
            // transformers passes none for tools that are not there. Some templates expect them undefined instead, and fail.
            if (RenderWithout(template, input) is not { } rendered)
            {
                throw;
            }

            chat = rendered;
        }

        return input.ContinueFinalMessage ? FinalMessage.Cut(chat) : chat;
    }

    private static bool IsFault(ChatTemplateException exception) => exception.InnerException is JinjaException { RaisedByTemplate: false, IsBudget: false };

    private RenderedChat? RenderWithout(JinjaTemplate template, ChatTemplateInput input)
    {
        try
        {
            return Render(template, input, leavesOut: true);
        }
        catch (ChatTemplateException exception) when (IsFault(exception))
        {
            return null;
        }
    }

    private RenderedChat Render(JinjaTemplate template, ChatTemplateInput input, bool leavesOut)
    {
        try
        {
            JsonValues content = new(isContent: true);
            JsonValues plain = new(isContent: false);
            Dictionary<string, Value> variables = Bind(input, content, plain);
            if (leavesOut)
            {
                _ = input.Tools is null && variables.Remove("tools");
                _ = input.Documents is null && variables.Remove("documents");
            }

            RenderBudget budget = new(content.Characters + plain.Characters + Math.Min(template.SourceLength, LongestCountedSource));
            return template.Render(variables, budget, input.Now ?? TimeProvider.System.GetLocalNow());
        }
        catch (JinjaException exception)
        {
            throw new ChatTemplateException(exception.Message, innerException: exception);
        }
    }

    private Dictionary<string, Value> Bind(ChatTemplateInput input, JsonValues content, JsonValues plain)
    {
        Dictionary<string, Value> variables = new(StringComparer.Ordinal);
        foreach ((string name, string token) in _specialTokens)
        {
            variables[name] = new StringValue(token);
        }

        foreach ((string name, JsonNode? value) in input.Variables ?? [])
        {
            variables[name] = plain.Convert(value);
        }

        IReadOnlyList<JsonObject> messages = input.ContinueFinalMessage ? FinalMessage.Mark(input.Messages) : input.Messages;
        variables["messages"] = new ListValue([.. messages.Select(message => ReasoningAliases.Add(content.ConvertObject(message)))]);
        variables["tools"] = input.Tools is null ? NoneValue.Instance : new ListValue([.. input.Tools.Select(tool => content.ConvertObject(tool))]);
        variables["documents"] = input.Documents is null ? NoneValue.Instance : new ListValue([.. input.Documents.Select(document => content.ConvertObject(document))]);
        variables["add_generation_prompt"] = BooleanValue.Of(input.AddGenerationPrompt);
        return variables;
    }
}
