namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>A list of Python calls with keyword arguments: <c>[f(a=1), g(b="x")]</c>. A JSON list of calls is taken too.</summary>
internal sealed class PythonCallSyntax : CallSyntax
{
    public static PythonCallSyntax Instance { get; } = new();

    public override bool EndsAtMarker => false;

    public override int? FindLength(string text, ref BalanceScanner scanner)
    {
        int start = text.AsSpan().IndexOfAnyExcept(" \t\r\n");
        return !scanner.IsInside && start >= 0 && text[start] != '[' ? 0 : scanner.FindEnd(text, allowsSingleQuotes: true);
    }

    public override bool TryParse(string body, ArgumentTypes types, List<ToolCall> calls)
    {
        LiteralReader reader = new(body, quoteToken: null);
        List<ToolCall> read = [];
        bool isList = reader.TryTake('[');
        while (isList && !reader.TryTake(']'))
        {
            if ((read.Count > 0 && !reader.TryTake(',')) || ReadCall(reader) is not { } call)
            {
                return JsonCallSyntax.Instance.TryParse(body, types, calls);
            }

            read.Add(call);
        }

        reader.SkipSpace();
        calls.AddRange(read);
        return read.Count > 0 && reader.IsAtEnd;
    }

    private static ToolCall? ReadCall(LiteralReader reader)
    {
        if (reader.ReadName() is not { } name || !reader.TryTake('('))
        {
            return null;
        }

        List<KeyValuePair<string, string>> arguments = [];
        while (!reader.TryTake(')'))
        {
            if ((arguments.Count > 0 && !reader.TryTake(',')) || reader.ReadName() is not { } key || !reader.TryTake('=') || reader.ReadValue() is not { } value)
            {
                return null;
            }

            arguments.Add(new(key, value));
        }

        return new ToolCall(name, TextJson.Object(arguments));
    }
}
