using Engine.Inference;
using Engine.Server.Protocol;
using Engine.Server.Streaming;

namespace Engine.Server.Completions;

/// <summary>Spells log probabilities the way text completions do.</summary>
internal static class CompletionLogprobMapper
{
    /// <param name="promptTokens">Tokens of an echoed prompt, before the others.</param>
    /// <param name="tokens">Tokens of the answer.</param>
    /// <param name="offset">Where the answer begins in the choice's text.</param>
    public static CompletionLogprobs Map(IReadOnlyList<GeneratedToken> promptTokens, IReadOnlyList<GeneratedToken> tokens, int offset)
    {
        int count = promptTokens.Count + tokens.Count;
        List<string> texts = new(count);
        List<float?> logprobs = new(count);
        List<IReadOnlyDictionary<string, float>?> top = new(count);
        List<int> offsets = new(count);
        AddAll(promptTokens, 0);
        AddAll(tokens, offset);
        return new CompletionLogprobs(texts, logprobs, top, offsets);

        void AddAll(IReadOnlyList<GeneratedToken> list, int start)
        {
            foreach (GeneratedToken token in list)
            {
                texts.Add(TokenText.ForCompletion(token.Bytes));
                logprobs.Add(token.Logprob is { } logprob ? TokenText.Finite(logprob) : null);
                top.Add(token.Logprob is null ? null : Top(token));
                offsets.Add(start + token.TextOffset);
            }
        }
    }

    /// <summary>By text: of several tokens with one text the most likely counts.</summary>
    private static Dictionary<string, float> Top(GeneratedToken token)
    {
        Dictionary<string, float> top = new(token.Top.Count);
        foreach (TokenLogprob alternative in token.Top)
        {
            top.TryAdd(TokenText.ForCompletion(alternative.Bytes), TokenText.Finite(alternative.Logprob));
        }

        return top;
    }
}
