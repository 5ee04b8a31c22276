namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Mistral's two forms: a JSON list of calls, or a name, perhaps an id, and arguments with tokens between.</summary>
internal sealed class MistralCallSyntax : CallSyntax
{
    private const string ArgumentsToken = "[ARGS]";
    private const string IdToken = "[CALL_ID]";

    public static MistralCallSyntax Instance { get; } = new();

    public override bool EndsAtMarker => false;

    public override int? FindLength(string text, ref BalanceScanner scanner)
    {
        if (!scanner.IsInside)
        {
            int start = text.AsSpan().IndexOfAnyExcept(" \t\r\n");
            if (start < 0)
            {
                return null;
            }

            if (text[start] != '[')
            {
                int arguments = text.IndexOf(ArgumentsToken, StringComparison.Ordinal);
                int brace = text.IndexOf('{', StringComparison.Ordinal);
                if (brace < 0)
                {
                    return null;
                }

                // The tokens' own brackets are no part of the arguments.
                scanner = new BalanceScanner(arguments >= 0 && arguments < brace ? arguments + ArgumentsToken.Length : brace);
            }
        }

        return scanner.FindEnd(text, allowsSingleQuotes: false);
    }

    public override bool TryParse(string body, ArgumentTypes types, List<ToolCall> calls)
    {
        string text = body.Trim();
        if (text.StartsWith('['))
        {
            return JsonCallSyntax.Instance.TryParse(text, types, calls);
        }

        int brace = text.IndexOf('{', StringComparison.Ordinal);
        if (brace <= 0)
        {
            return false;
        }

        string head = text[..brace].Trim();
        head = head.EndsWith(ArgumentsToken, StringComparison.Ordinal) ? head[..^ArgumentsToken.Length].Trim() : head;
        int idAt = head.IndexOf(IdToken, StringComparison.Ordinal);
        string name = idAt < 0 ? head : head[..idAt].Trim();
        string? id = idAt < 0 ? null : head[(idAt + IdToken.Length)..].Trim();
        if (name.Length == 0 || name.Any(char.IsWhiteSpace) || !ArgumentTypes.IsJson(text[brace..]))
        {
            return false;
        }

        calls.Add(new ToolCall(name, text[brace..], id));
        return true;
    }
}
