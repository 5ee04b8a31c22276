using System.Buffers;
using System.Text;
using System.Text.Json;
using Engine.Cli.JsonLines;

namespace Engine.Cli.Tests.JsonLines;

public sealed class LogitsTextTests
{
    [Fact]
    public void Write_AnyFiniteFloat_ReadsBackAsTheSameBits()
    {
        Random random = new(5);
        float[] logits = new float[10_000];
        for (int index = 0; index < logits.Length; index++)
        {
            do
            {
                logits[index] = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            }
            while (!float.IsFinite(logits[index]));
        }

        float.MaxValue.CopyTo(logits, 0, float.MinValue, float.Epsilon, -0f, -float.Epsilon, 1.17549435E-38f, 16777216f, 0.1f);

        JsonElement rows = JsonDocument.Parse(Text(logits, 2_500)).RootElement;

        Assert.Equal(4, rows.GetArrayLength());
        float[] read = [.. rows.EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(value => value.GetSingle())];
        Assert.Equal(logits.Select(BitConverter.SingleToInt32Bits), read.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Write_NotFinite_IsValidJsonThatKeepsInfinities()
    {
        string text = Text([float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1], 4);

        Assert.Equal("[[null,1e999,-1e999,1]]", text);
        JsonElement row = JsonDocument.Parse(text).RootElement[0];
        Assert.Equal(float.NegativeInfinity, row[2].GetSingle());
    }

    [Fact]
    public void Write_NoRows_IsAnEmptyArray() => Assert.Equal("[]", Text([], 4));

    private static string Text(float[] logits, int columns)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            LogitsText.Write(writer, [.. logits.Chunk(columns)]);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

file static class FloatExtensions
{
    public static void CopyTo(this float first, float[] target, int index, params float[] others)
    {
        target[index] = first;
        others.CopyTo(target, index + 1);
    }
}
