using System.Text.Json;
using Engine.Inference.Tokenization.AddedTokens;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Reads one added token, as tokenizer.json and tokenizer_config.json spell it.</summary>
internal static class AddedTokenReader
{
    public static AddedToken Read(JsonElement token)
    {
        bool special = token.OptionalBoolean("special", false);
        return new AddedToken(
            token.RequiredString("content"),
            token.OptionalBoolean("single_word", false),
            token.OptionalBoolean("lstrip", false),
            token.OptionalBoolean("rstrip", false),
            token.OptionalBoolean("normalized", !special),
            special);
    }
}
