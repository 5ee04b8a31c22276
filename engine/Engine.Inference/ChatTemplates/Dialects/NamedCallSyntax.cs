namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>
/// A name, a separator and JSON arguments. Variations: the name stands behind the separator and the arguments in a fenced block below it; the
/// name is an id such as <c>functions.get_weather:0</c>.
/// </summary>
internal sealed class NamedCallSyntax(string separator, bool namesFollowSeparator = false, bool namesAreIds = false) : CallSyntax
{
    public override bool TryParse(string body, ArgumentTypes types, List<ToolCall> calls)
    {
        int at = body.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0)
        {
            return false;
        }

        string name = body[..at].Trim();
        string arguments = body[(at + separator.Length)..].Trim();
        if (namesFollowSeparator)
        {
            int lineEnd = arguments.IndexOf('\n', StringComparison.Ordinal);
            if (lineEnd < 0)
            {
                return false;
            }

            name = arguments[..lineEnd].Trim();
            arguments = WithoutFence(arguments[(lineEnd + 1)..].Trim());
        }

        string? id = namesAreIds ? name : null;
        if (namesAreIds)
        {
            int colon = name.LastIndexOf(':');
            name = colon > 0 ? name[..colon] : name;
            name = name.StartsWith("functions.", StringComparison.Ordinal) ? name["functions.".Length..] : name;
        }

        arguments = arguments.Length == 0 ? "{}" : arguments;
        if (name.Length == 0 || !arguments.StartsWith('{') || !ArgumentTypes.IsJson(arguments))
        {
            return false;
        }

        calls.Add(new ToolCall(name, arguments, id));
        return true;
    }

    private static string WithoutFence(string text)
    {
        const string Fence = "```";
        if (!text.StartsWith(Fence, StringComparison.Ordinal))
        {
            return text;
        }

        int start = text.IndexOf('\n', StringComparison.Ordinal);
        int end = text.LastIndexOf(Fence, StringComparison.Ordinal);
        return start >= 0 && end > start ? text[(start + 1)..end].Trim() : text;
    }
}
