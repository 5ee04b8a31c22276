using System.Globalization;
using Engine.Inference;
using Engine.Server.Protocol;

namespace Engine.Server.Streaming;

/// <summary>Spells the log probabilities of a prompt.</summary>
internal static class PromptLogprobs
{
    /// <summary>One entry a token: the likely tokens at its place and itself, by id; <see langword="null"/> for the first, which nothing precedes.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, PromptLogprob>?>? Of(IReadOnlyList<GeneratedToken>? tokens) =>
        tokens is null ? null : [.. tokens.Select(Entry)];

    private static Dictionary<string, PromptLogprob>? Entry(GeneratedToken token)
    {
        if (token.Logprob is not { } logprob)
        {
            return null;
        }

        Dictionary<string, PromptLogprob> entry = [];
        for (int i = 0; i < token.Top.Count; i++)
        {
            TokenLogprob top = token.Top[i];
            entry[Key(top.Id)] = new PromptLogprob(TokenText.Finite(top.Logprob), i + 1, TokenText.ForChat(top.Bytes));
        }

        entry.TryAdd(Key(token.Id), new PromptLogprob(TokenText.Finite(logprob), null, TokenText.ForChat(token.Bytes)));
        return entry;
    }

    private static string Key(int id) => id.ToString(CultureInfo.InvariantCulture);
}
