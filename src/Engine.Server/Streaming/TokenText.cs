using System.Text;
using System.Text.Unicode;

namespace Engine.Server.Streaming;

/// <summary>Spells a token's bytes as a string that any JSON can hold.</summary>
internal static class TokenText
{
    /// <summary>Log probabilities are finite on the wire: JSON knows no infinity. The hosted API's own stand-in.</summary>
    private const float Impossible = -9999;

    /// <summary>The text, or <c>\xe2\x82</c> for a part of a character.</summary>
    public static string ForChat(ReadOnlyMemory<byte> bytes) => Utf8.IsValid(bytes.Span) ? Encoding.UTF8.GetString(bytes.Span) : Escape(bytes.Span);

    /// <summary>The text, or <c>bytes:\xe2\x82</c> for a part of a character.</summary>
    public static string ForCompletion(ReadOnlyMemory<byte> bytes) => Utf8.IsValid(bytes.Span) ? Encoding.UTF8.GetString(bytes.Span) : "bytes:" + Escape(bytes.Span);

    public static int[] Bytes(ReadOnlyMemory<byte> bytes)
    {
        int[] values = new int[bytes.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = bytes.Span[i];
        }

        return values;
    }

    public static float Finite(float logprob) => float.IsFinite(logprob) ? Math.Max(logprob, Impossible) : Impossible;

    private static string Escape(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length * 4);
        foreach (byte value in bytes)
        {
            text.Append("\\x").Append(value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
