namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>GLM: the name, then <c>&lt;arg_key&gt;key&lt;/arg_key&gt;&lt;arg_value&gt;value&lt;/arg_value&gt;</c> for each argument.</summary>
internal sealed class PairCallSyntax : CallSyntax
{
    private const string KeyStart = "<arg_key>";
    private const string KeyEnd = "</arg_key>";
    private const string ValueStart = "<arg_value>";
    private const string ValueEnd = "</arg_value>";

    public static PairCallSyntax Instance { get; } = new();

    public override bool NeedsEnd => true;

    public override bool TryParse(string body, ArgumentTypes types, List<ToolCall> calls)
    {
        int first = body.IndexOf(KeyStart, StringComparison.Ordinal);
        string name = (first < 0 ? body : body[..first]).Trim();
        if (name.Length == 0 || name.AsSpan().ContainsAny("<{\n "))
        {
            return false;
        }

        List<KeyValuePair<string, string>> arguments = [];
        string rest = first < 0 ? "" : body[first..];
        while (!string.IsNullOrWhiteSpace(rest))
        {
            if (!TryTake(ref rest, KeyStart, KeyEnd, out string key) || !TryTake(ref rest, ValueStart, ValueEnd, out string value))
            {
                return false;
            }

            arguments.Add(new(key.Trim(), types.ToJson(name, key.Trim(), value)));
        }

        calls.Add(new ToolCall(name, TextJson.Object(arguments)));
        return true;
    }

    private static bool TryTake(ref string rest, string start, string end, out string value)
    {
        rest = rest.TrimStart();
        int close = rest.IndexOf(end, StringComparison.Ordinal);
        if (!rest.StartsWith(start, StringComparison.Ordinal) || close < 0)
        {
            value = "";
            return false;
        }

        value = rest[start.Length..close];
        rest = rest[(close + end.Length)..];
        return true;
    }
}
