namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary><c>&lt;function=name&gt;&lt;parameter=key&gt;value&lt;/parameter&gt;…&lt;/function&gt;</c>; one newline at either end of a value is layout.</summary>
internal sealed class FunctionCallSyntax : CallSyntax
{
    private const string FunctionStart = "<function=";
    private const string FunctionEnd = "</function>";
    private const string ParameterStart = "<parameter=";
    private const string ParameterEnd = "</parameter>";

    public static FunctionCallSyntax Instance { get; } = new();

    public override bool NeedsEnd => true;

    public override bool TryParse(string body, ArgumentTypes types, List<ToolCall> calls)
    {
        string text = body.Trim();
        text = text.StartsWith(FunctionStart, StringComparison.Ordinal) ? text[FunctionStart.Length..] : text;
        text = text.EndsWith(FunctionEnd, StringComparison.Ordinal) ? text[..^FunctionEnd.Length] : text;
        int nameEnd = text.IndexOf('>', StringComparison.Ordinal);
        string name = nameEnd < 0 ? "" : text[..nameEnd].Trim();
        if (name.Length == 0 || name.AsSpan().ContainsAny("<\n "))
        {
            return false;
        }

        List<KeyValuePair<string, string>> arguments = [];
        string rest = text[(nameEnd + 1)..];
        while (!string.IsNullOrWhiteSpace(rest))
        {
            rest = rest.TrimStart();
            int keyEnd = rest.IndexOf('>', StringComparison.Ordinal);
            if (!rest.StartsWith(ParameterStart, StringComparison.Ordinal) || keyEnd < 0)
            {
                return false;
            }

            string key = rest[ParameterStart.Length..keyEnd].Trim();
            int end = rest.IndexOf(ParameterEnd, keyEnd, StringComparison.Ordinal);
            // Models forget the closing tag now and then; the next parameter ends the value as well.
            int next = rest.IndexOf(ParameterStart, keyEnd, StringComparison.Ordinal);
            bool isClosed = end >= 0 && (next < 0 || end < next);
            int valueEnd = isClosed ? end : next >= 0 ? next : rest.Length;
            arguments.Add(new(key, types.ToJson(name, key, WithoutLayout(rest[(keyEnd + 1)..valueEnd]))));
            rest = rest[(isClosed ? end + ParameterEnd.Length : valueEnd)..];
        }

        calls.Add(new ToolCall(name, TextJson.Object(arguments)));
        return true;
    }

    private static string WithoutLayout(string value)
    {
        value = value.StartsWith('\n') ? value[1..] : value;
        return value.EndsWith('\n') ? value[..^1] : value;
    }
}
