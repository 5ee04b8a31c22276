using Engine.Inference;
using Engine.Server.Protocol;
using Engine.Server.Streaming;

namespace Engine.Server.ChatCompletions;

/// <summary>Spells log probabilities the way chat completions do.</summary>
internal static class ChatLogprobMapper
{
    public static ChatLogprobs Map(IEnumerable<GeneratedToken> tokens) => new([.. tokens.Select(Map)]);

    private static ChatTokenLogprob Map(GeneratedToken token) => new(
        TokenText.ForChat(token.Bytes),
        TokenText.Finite(token.Logprob ?? 0),
        TokenText.Bytes(token.Bytes),
        [.. token.Top.Select(top => new ChatTopLogprob(TokenText.ForChat(top.Bytes), TokenText.Finite(top.Logprob), TokenText.Bytes(top.Bytes)))]);
}
