using System.Text;
using System.Text.Json;
using Engine.Inference.Tokenization.Decoders;
using Engine.Inference.Tokenization.PreTokenizers;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Makes a decoder of the <c>decoder</c> section of tokenizer.json.</summary>
internal static class DecoderReader
{
    public static DecoderDefinition Read(JsonElement? section) =>
        new(section is { } decoder ? ReadSteps(decoder).ToArray() : [DecoderSteps.Join()]);

    private static IEnumerable<DecoderStep> ReadSteps(JsonElement section)
    {
        string type = section.RequiredString("type");
        return type switch
        {
            "Sequence" => section.RequiredArray("decoders").SelectMany(ReadSteps),
            "ByteLevel" => [DecoderSteps.ByteLevel()],
            "ByteFallback" => [DecoderSteps.ByteFallback()],
            "Fuse" => [DecoderSteps.Fuse()],
            "Replace" => [DecoderSteps.Replace(NormalizerReader.ReadPattern(section.Required("pattern")), section.RequiredBytes("content"))],
            "Strip" => [DecoderSteps.Strip(
                Encoding.UTF8.GetBytes(PreTokenizerReader.CharacterOf(section, "content").ToString()),
                section.RequiredInteger("start", int.MaxValue),
                section.RequiredInteger("stop", int.MaxValue))],
            "Metaspace" => [DecoderSteps.Metaspace(
                Encoding.UTF8.GetBytes(PreTokenizerReader.CharacterOf(section, "replacement").ToString()),
                PreTokenizerReader.ReadScheme(section) != PrependScheme.Never)],
            "WordPiece" => [DecoderSteps.WordPiece(section.OptionalBytes("prefix") ?? "##"u8.ToArray(), section.OptionalBoolean("cleanup", true))],
            "BPEDecoder" => [DecoderSteps.WordEnd(section.OptionalBytes("suffix") ?? "</w>"u8.ToArray())],
            "CTC" => [DecoderSteps.Ctc(
                section.OptionalBytes("pad_token") ?? "<pad>"u8.ToArray(),
                section.OptionalBytes("word_delimiter_token") ?? "|"u8.ToArray(),
                section.OptionalBoolean("cleanup", true))],
            _ => throw new FormatException($"the decoder type '{type}' is not known"),
        };
    }
}
