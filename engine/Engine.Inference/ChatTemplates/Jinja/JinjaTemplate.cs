using Engine.Inference.ChatTemplates.Jinja.Nodes;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Syntax;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja;

/// <summary>
/// A template of the Jinja language, compiled: its nodes are immutable and run themselves. It reaches nothing but the values given to it and
/// the tables of filters, tests and functions; there is no way from a value to the program that runs it.
/// </summary>
internal sealed class JinjaTemplate
{
    private const int LongestSource = 1 << 20;

    private readonly ParsedTemplate _parsed;

    private JinjaTemplate(ParsedTemplate parsed, int sourceLength)
    {
        _parsed = parsed;
        SourceLength = sourceLength;
    }

    public int SourceLength { get; }

    /// <summary>The variables that the template reads somewhere.</summary>
    public IReadOnlySet<string> Variables => _parsed.Variables;

    /// <summary>The attributes and constant keys that the template reads somewhere.</summary>
    public IReadOnlySet<string> Members => _parsed.Members;

    public static JinjaTemplate Parse(string source)
    {
        if (source.Length > LongestSource)
        {
            throw new ChatTemplateException($"the chat template has more than {LongestSource} characters");
        }

        try
        {
            return new JinjaTemplate(Parser.Parse(source), source.Length);
        }
        catch (JinjaSyntaxException exception)
        {
            throw new ChatTemplateException(exception.Message, exception.Line, innerException: exception);
        }
        catch (JinjaException exception)
        {
            throw new ChatTemplateException(exception.Message, innerException: exception);
        }
    }

    public RenderedChat Render(Dictionary<string, Value> variables, RenderBudget budget, DateTimeOffset now)
    {
        RenderContext context = new(variables, budget, now);
        try
        {
            Statement.ExecuteAll(_parsed.Body, context);
            return new RenderedChat(context.Output.ToString(), context.Output.ContentSpans());
        }
        catch (JinjaException exception)
        {
            throw new ChatTemplateException(exception.Message, context.Line, exception.RaisedByTemplate, exception);
        }
    }
}
