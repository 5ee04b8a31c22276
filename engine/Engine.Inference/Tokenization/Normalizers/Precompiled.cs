using System.Buffers.Binary;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>
/// SentencePiece's compiled character map: a double-array trie (Darts) from strings to places in a block of replacements that end with a zero
/// byte. A whole grapheme cluster is looked up first, then its characters one by one, as the original does.
/// </summary>
internal sealed class Precompiled : Normalizer
{
    private const int LongestCluster = 6;

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <exception cref="FormatException">The map is not base64 or its parts do not fit together.</exception>
    public Precompiled(string base64)
        : this(Convert.FromBase64String(base64))
    {
    }

    public Precompiled(ReadOnlySpan<byte> map)
    {
        if (map.Length < 4)
        {
            throw new FormatException("the precompiled character map is too short");
        }

        uint trieBytes = BinaryPrimitives.ReadUInt32LittleEndian(map);
        if (trieBytes > map.Length - 4 || trieBytes % 4 != 0)
        {
            throw new FormatException("the precompiled character map's trie does not fit into it");
        }

        _units = new uint[trieBytes / 4];
        for (int i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + 4 * i)..]);
        }

        _replacements = map[(4 + (int)trieBytes)..].ToArray();
        if (!System.Text.Unicode.Utf8.IsValid(_replacements))
        {
            throw new FormatException("the precompiled character map's replacements are not valid UTF-8");
        }
    }

    public override void Normalize(TextBuffer text)
    {
        ReadOnlySpan<byte> source = text.Span;
        bool any = false;
        bool dropsFirst = false;
        for (int position = 0; position < source.Length;)
        {
            int end = GraphemeClusters.End(source, position);
            if (end - position < LongestCluster && TryReplace(source[position..end], out int start, out int length))
            {
                text.Append(_replacements.AsSpan(start, length));
                dropsFirst |= length == 0 && text.AppendedLength == 0;
                any = true;
                position = end;
                continue;
            }

            while (position < end)
            {
                ReadOnlySpan<byte> character = source.Slice(position, Utf8.LengthOf(source[position]));
                if (TryReplace(character, out start, out length))
                {
                    text.Append(_replacements.AsSpan(start, length));
                    dropsFirst |= length == 0 && text.AppendedLength == 0;
                    any = true;
                }
                else
                {
                    text.Append(character);
                }

                position += character.Length;
            }
        }

        text.Commit();
        text.AtOrigin &= !(any && dropsFirst);
    }

    /// <summary>The replacement of the shortest string of the map that the text begins with.</summary>
    private bool TryReplace(ReadOnlySpan<byte> text, out int start, out int length)
    {
        start = length = 0;
        if (_units.Length == 0)
        {
            return false;
        }

        uint place = OffsetOf(_units[0]);
        foreach (byte value in text)
        {
            if (value == 0)
            {
                return false;
            }

            place ^= value;
            if (place >= _units.Length || (_units[place] & 0x800000FF) != value)
            {
                return false;
            }

            uint unit = _units[place];
            place ^= OffsetOf(unit);
            if ((unit >> 8 & 1) != 0)
            {
                if (place >= _units.Length)
                {
                    return false;
                }

                start = (int)(_units[place] & 0x7FFFFFFF);
                if (start >= _replacements.Length || (_replacements[start] & 0xC0) == 0x80)
                {
                    return false;
                }

                int end = _replacements.AsSpan(start).IndexOf((byte)0);
                length = end < 0 ? _replacements.Length - start : end;
                return true;
            }
        }

        return false;
    }

    /// <summary>The replacement of the longest string of the map that the text begins with, and the length of that string.</summary>
    public bool TryReplaceLongest(ReadOnlySpan<byte> text, out int matched, out ReadOnlySpan<byte> replacement)
    {
        matched = 0;
        int best = -1;
        uint place = _units.Length == 0 ? 0 : OffsetOf(_units[0]);
        for (int i = 0; i < text.Length && _units.Length > 0; i++)
        {
            place ^= text[i];
            if (text[i] == 0 || place >= _units.Length || (_units[place] & 0x800000FF) != text[i])
            {
                break;
            }

            uint unit = _units[place];
            place ^= OffsetOf(unit);
            if ((unit >> 8 & 1) != 0 && place < _units.Length)
            {
                best = (int)(_units[place] & 0x7FFFFFFF);
                matched = i + 1;
            }
        }

        bool found = best >= 0 && best < _replacements.Length && (_replacements[best] & 0xC0) != 0x80;
        replacement = found ? _replacements.AsSpan(best) : [];
        int end = replacement.IndexOf((byte)0);
        replacement = end < 0 ? replacement : replacement[..end];
        return found;
    }

    private static uint OffsetOf(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);
}
