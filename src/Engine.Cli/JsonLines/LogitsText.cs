using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Engine.Cli.JsonLines;

/// <summary>Rows of logits as JSON: the shortest digits that read back as the same float.</summary>
internal static class LogitsText
{
    // "-1.1754944E-38", a comma, and room to spare.
    private const int MaxLength = 24;

    /// <summary>Writes <c>[[…],[…]]</c>. JSON has no word for what is not a number: that is <c>null</c>; infinities are numbers beyond the range, as in <c>1e999</c>.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<float[]> rows)
    {
        byte[] text = ArrayPool<byte>.Shared.Rent((rows.Max(row => (int?)row.Length) ?? 0) * MaxLength + 1);
        writer.WriteStartArray();
        foreach (float[] row in rows)
        {
            // One raw value a row: member by member, the writer's own bookkeeping takes longer than the digits.
            writer.WriteRawValue(text.AsSpan(0, Format(row, text)), skipInputValidation: true);
            writer.Flush();
        }

        writer.WriteEndArray();
        ArrayPool<byte>.Shared.Return(text);
    }

    private static int Format(ReadOnlySpan<float> row, Span<byte> text)
    {
        text[0] = (byte)'[';
        int length = 1;
        foreach (float value in row)
        {
            length += FormatValue(value, text[length..]);
            text[length++] = (byte)',';
        }

        text[length - 1] = (byte)']';
        return length;
    }

    private static int FormatValue(float value, Span<byte> text)
    {
        if (float.IsFinite(value))
        {
            return value.TryFormat(text, out int written, default, CultureInfo.InvariantCulture)
                ? written
                : throw new InvalidOperationException("A float takes less room than this.");
        }

        ReadOnlySpan<byte> word = float.IsNaN(value) ? "null"u8 : value > 0 ? "1e999"u8 : "-1e999"u8;
        word.CopyTo(text);
        return word.Length;
    }
}
