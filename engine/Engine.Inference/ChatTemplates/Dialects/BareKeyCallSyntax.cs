namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Gemma's calls: <c>call:name{key:value,…}</c>, with strings between quote tokens. Several may follow one another.</summary>
internal sealed class BareKeyCallSyntax(string quoteToken) : CallSyntax
{
    public override bool TryParse(string body, ArgumentTypes types, List<ToolCall> calls)
    {
        LiteralReader reader = new(body, quoteToken);
        List<ToolCall> read = [];
        reader.SkipSpace();
        while (!reader.IsAtEnd)
        {
            if (reader.ReadName() != "call" || !reader.TryTake(':') || reader.ReadName() is not { } name || reader.ReadObject() is not { } arguments)
            {
                return false;
            }

            read.Add(new ToolCall(name, arguments));
            reader.SkipSpace();
        }

        calls.AddRange(read);
        return read.Count > 0;
    }
}
