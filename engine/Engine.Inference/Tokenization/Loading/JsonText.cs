using System.Text.Json;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Strings of a JSON file as bytes, without making strings of them.</summary>
internal static class JsonText
{
    /// <summary>The string or property name the reader stands on; valid until <paramref name="scratch"/> is used again.</summary>
    public static ReadOnlySpan<byte> Of(ref Utf8JsonReader reader, ref byte[] scratch)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        if (scratch.Length < reader.ValueSpan.Length)
        {
            scratch = new byte[reader.ValueSpan.Length * 2];
        }

        int length = reader.CopyString(scratch);
        return scratch.AsSpan(0, length);
    }

    public static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string name)
    {
        if (reader.TokenType != type)
        {
            throw new FormatException($"'{name}' has {reader.TokenType} where {type} belongs");
        }
    }
}
