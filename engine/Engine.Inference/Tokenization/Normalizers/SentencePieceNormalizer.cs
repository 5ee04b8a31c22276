using Engine.Inference.Tokenization.AddedTokens;
using Engine.Inference.Tokenization.Loading;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>
/// SentencePiece's own normalization: the longest entry of the character map at each place, spaces collapsed or kept, one put in front, and all
/// written as ▁. User-defined pieces stay as they are.
/// </summary>
internal sealed class SentencePieceNormalizer(SentencePieceFile file, AddedTokenMatcher userDefined) : Normalizer
{
    private static readonly byte[] SpaceMark = "\u2581"u8.ToArray();

    private readonly Precompiled? _map = file.CharacterMap.Length > 0 ? new Precompiled(file.CharacterMap) : null;
    private readonly byte[] _space = file.EscapeWhitespaces ? SpaceMark : " "u8.ToArray();

    public override void Normalize(TextBuffer text)
    {
        ReadOnlySpan<byte> source = text.Span;
        int position = 0;
        while (file.RemoveExtraWhitespaces && position < source.Length && NextOf(source, position, out int length).SequenceEqual(" "u8))
        {
            position += length;
        }

        if (position == source.Length)
        {
            text.Set([], text.AtOrigin);
            return;
        }

        if (file.AddDummyPrefix && !file.WhitespaceAsSuffix)
        {
            text.Append(_space);
        }

        bool afterSpace = file.RemoveExtraWhitespaces;
        int kept = text.AppendedLength;
        while (position < source.Length)
        {
            ReadOnlySpan<byte> piece = NextOf(source, position, out int length);
            position += length;
            while (afterSpace && piece.StartsWith(" "u8))
            {
                piece = piece[1..];
            }

            foreach (byte value in piece)
            {
                text.Append(value == ' ' ? _space : [value]);
            }

            // Spaces at the end are cut off later, so remember where the last other character was.
            if (piece.Length > 0)
            {
                afterSpace = file.RemoveExtraWhitespaces && piece[^1] == ' ';
                kept = piece.IndexOfAnyExcept((byte)' ') >= 0 ? text.AppendedLength - TrailingSpaces(piece) * _space.Length : kept;
            }
        }

        int end = file.RemoveExtraWhitespaces ? kept : text.AppendedLength;
        text.Commit();
        text.Slice(0, end);
        if (file.AddDummyPrefix && file.WhitespaceAsSuffix)
        {
            text.Append(text.Span);
            text.Append(_space);
            text.Commit();
        }
    }

    private static int TrailingSpaces(ReadOnlySpan<byte> piece) => piece.Length - piece.LastIndexOfAnyExcept((byte)' ') - 1;

    private ReadOnlySpan<byte> NextOf(ReadOnlySpan<byte> source, int position, out int length)
    {
        if (userDefined.TryMatch(source, position, accepts: null, out int end, out _))
        {
            length = end - position;
            return source.Slice(position, length);
        }

        if (_map is not null && _map.TryReplaceLongest(source[position..], out length, out ReadOnlySpan<byte> replacement))
        {
            return replacement;
        }

        length = Utf8.LengthOf(source[position]);
        return source.Slice(position, length);
    }
}
