using System.Buffers;
using System.Text;
using System.Text.Json;
using Engine.Server.Protocol;

namespace Engine.Server.Tests.Protocol;

public sealed class WireJsonEncoderTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("é漢<b>&'+`", "é漢<b>&'+`")]
    [InlineData("🦙", "🦙")]
    [InlineData("a🦙\"b🚀\\c\n👩‍🚀\u0001", "a🦙\\\"b🚀\\\\c\\n👩‍🚀\\u0001")]
    [InlineData("🦙🦙🦙\t", "🦙🦙🦙\\t")]
    public void Write_Text_EscapesOnlyWhatJsonDemands(string text, string expected)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, WireJson.WriterOptions))
        {
            writer.WriteStringValue(text);
        }

        string json = Encoding.UTF8.GetString(buffer.WrittenSpan);
        Assert.Equal($"\"{expected}\"", json.Replace("\\uFFFD", "\ufffd", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_EveryScalar_ReadsBackEqual()
    {
        StringBuilder all = new();
        for (int scalar = 0; scalar <= 0x10FFFF; scalar += scalar < 0x3000 ? 1 : 97)
        {
            if (Rune.IsValid(scalar))
            {
                all.Append(new Rune(scalar).ToString());
            }
        }

        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, WireJson.WriterOptions))
        {
            writer.WriteStringValue(all.ToString());
        }

        Assert.Equal(all.ToString(), JsonDocument.Parse(buffer.WrittenMemory).RootElement.GetString());
    }
}
