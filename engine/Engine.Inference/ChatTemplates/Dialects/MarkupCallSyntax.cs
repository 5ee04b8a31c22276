namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>
/// Elements: <c> name="f"&gt;&lt;parameter name="a"&gt;value&lt;/parameter&gt;</c>. DeepSeek says with <c>string="true"</c> whether a value is text.
/// </summary>
internal sealed class MarkupCallSyntax(string parameterTag) : CallSyntax
{
    public override bool NeedsEnd => true;

    public override bool TryParse(string body, ArgumentTypes types, List<ToolCall> calls)
    {
        int headEnd = body.IndexOf('>', StringComparison.Ordinal);
        string? name = headEnd < 0 ? null : Attribute(body[..headEnd], "name");
        if (string.IsNullOrEmpty(name))
        {
            return false;
        }

        List<KeyValuePair<string, string>> arguments = [];
        string open = "<" + parameterTag;
        string close = "</" + parameterTag + ">";
        int at = headEnd + 1;
        while (body.IndexOf(open, at, StringComparison.Ordinal) is int start and >= 0)
        {
            int tagEnd = body.IndexOf('>', start);
            int end = tagEnd < 0 ? -1 : body.IndexOf(close, tagEnd, StringComparison.Ordinal);
            if (end < 0 || Attribute(body[start..tagEnd], "name") is not { Length: > 0 } key)
            {
                return false;
            }

            string value = body[(tagEnd + 1)..end];
            string json = Attribute(body[start..tagEnd], "string") switch
            {
                "true" => TextJson.Quote(value),
                _ => types.ToJson(name, key, value),
            };
            arguments.Add(new(key, json));
            at = end + close.Length;
        }

        if (!string.IsNullOrWhiteSpace(body[at..]))
        {
            return false;
        }

        calls.Add(new ToolCall(name, TextJson.Object(arguments)));
        return true;
    }

    private static string? Attribute(string tag, string name)
    {
        string prefix = " " + name + "=";
        int at = tag.IndexOf(prefix, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        string value = tag[(at + prefix.Length)..];
        char quote = value.Length > 0 ? value[0] : '\0';
        int end = quote is '"' or '\'' ? value.IndexOf(quote, 1) : -1;
        return end > 0 ? value[1..end] : null;
    }
}
