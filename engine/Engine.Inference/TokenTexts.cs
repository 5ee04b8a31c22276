using Engine.Inference.Core;
using Engine.Inference.Tokenization;

namespace Engine.Inference;

/// <summary>Tokens of the engine's thread as the tokens of an update.</summary>
internal static class TokenTexts
{
    /// <summary>A generated token.</summary>
    public static GeneratedToken Describe(Tokenizer tokenizer, int token, TokenScore? score, int textOffset) =>
        new(token, BytesOf(tokenizer, token), score?.Logprob, TopOf(tokenizer, score), textOffset);

    /// <summary>The tokens of a prompt with their scores; the first has none.</summary>
    public static GeneratedToken[] DescribePrompt(Tokenizer tokenizer, int[] prompt, IReadOnlyList<TokenScore> scores)
    {
        GeneratedToken[] tokens = new GeneratedToken[prompt.Length];
        Detokenizer detokenizer = tokenizer.CreateDetokenizer(skipSpecialTokens: false);
        int offset = 0;
        for (int index = 0; index < prompt.Length; index++)
        {
            tokens[index] = Describe(tokenizer, prompt[index], index == 0 ? null : scores[index - 1], offset);
            offset += detokenizer.Append(prompt[index]).Length;
        }

        return tokens;
    }

    private static TokenLogprob[] TopOf(Tokenizer tokenizer, TokenScore? score)
    {
        ScoredToken[] top = score?.Top ?? [];
        return top.Length == 0 ? [] : Array.ConvertAll(top, token => new TokenLogprob(token.Id, BytesOf(tokenizer, token.Id), token.Logprob));
    }

    private static byte[] BytesOf(Tokenizer tokenizer, int token) => tokenizer.GetTokenBytes(token).ToArray();
}
