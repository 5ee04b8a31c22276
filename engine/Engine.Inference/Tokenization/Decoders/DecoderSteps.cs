using Engine.Inference.Tokenization.Normalizers;

namespace Engine.Inference.Tokenization.Decoders;

/// <summary>The steps that tokenizer files name.</summary>
internal static class DecoderSteps
{
    public static DecoderStep Join() => new(static () => new JoinStage(), static bytes => [(byte)' ', .. bytes]);

    public static DecoderStep ByteLevel() => new(static () => new ByteLevelStage(), static spelling =>
    {
        byte[] bytes = new byte[spelling.Length];
        return ByteAlphabet.TryDecode(spelling, bytes, out int count) ? bytes[..count] : spelling;
    });

    public static DecoderStep ByteFallback() => new(
        static () => new ByteFallbackStage(), static spelling => ByteFallbackStage.TryGetByte(spelling, out byte value) ? [value] : spelling);

    public static DecoderStep Fuse() => new(static () => new FuseStage(), static bytes => bytes);

    public static DecoderStep Strip(byte[] content, int start, int stop) => new(() => new StripStage(content, start, stop), static bytes => bytes);

    public static DecoderStep Replace(TextPattern pattern, byte[] content) =>
        new(() => new ReplaceStage(pattern, content), bytes => Replaced(bytes, pattern, content));

    public static DecoderStep Metaspace(byte[] replacement, bool prepended)
    {
        TextPattern pattern = TextPattern.Literal(replacement);
        return new(() => new MetaspaceStage(replacement, prepended), bytes => Replaced(bytes, pattern, " "u8.ToArray()));
    }

    public static DecoderStep WordPiece(byte[] prefix, bool cleanup) => new(
        () => new WordPieceStage(prefix, cleanup),
        bytes => bytes.AsSpan().StartsWith(prefix) ? bytes[prefix.Length..] : [(byte)' ', .. bytes]);

    public static DecoderStep WordEnd(byte[] suffix)
    {
        TextPattern pattern = TextPattern.Literal(suffix);
        return new(() => new WordEndStage(suffix), bytes => Replaced(bytes, pattern, " "u8.ToArray()));
    }

    public static DecoderStep Ctc(byte[] padding, byte[] delimiter, bool cleanup)
    {
        TextPattern paddingPattern = TextPattern.Literal(padding);
        TextPattern delimiterPattern = TextPattern.Literal(delimiter);
        return new(
            () => new CtcStage(padding, delimiter, cleanup),
            bytes => Replaced(Replaced(bytes, paddingPattern, []), delimiterPattern, " "u8.ToArray()));
    }

    public static DecoderStep SentencePiece(byte[] unknown, byte[] unknownSurface, bool dropsFirstSpace, bool dropsAllFirstSpaces)
    {
        TextPattern mark = TextPattern.Literal("\u2581"u8.ToArray());
        return new(
            () => new SentencePieceStage(unknown, unknownSurface, dropsFirstSpace, dropsAllFirstSpaces),
            spelling => ByteFallbackStage.TryGetByte(spelling, out byte value) ? [value]
                : spelling.AsSpan().SequenceEqual(unknown) ? unknownSurface
                : Replaced(spelling, mark, " "u8.ToArray()));
    }

    private static byte[] Replaced(byte[] bytes, TextPattern pattern, byte[] content)
    {
        TextBuffer buffer = new();
        buffer.Set(bytes, atOrigin: false);
        new Replace(pattern, content).Normalize(buffer);
        return buffer.Span.ToArray();
    }
}
