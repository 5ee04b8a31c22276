using System.Text;
using System.Text.Json;
using Engine.Inference.Tokenization.Models;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Reads the merges of a BPE model, each "left right" or ["left", "right"]. They may stand before the vocabulary they refer to.</summary>
internal sealed class MergeReader
{
    private int _start;
    private int _length;

    public bool IsPresent => _length > 0;

    /// <summary>Remembers where the list is and steps over it.</summary>
    public void Note(ReadOnlySpan<byte> file, ref Utf8JsonReader reader)
    {
        JsonText.Expect(ref reader, JsonTokenType.StartArray, "merges");
        _start = (int)reader.TokenStartIndex;
        reader.Skip();
        _length = (int)reader.BytesConsumed - _start;
    }

    public MergeTable Build(ReadOnlySpan<byte> file, Vocabulary vocabulary, int prefixLength)
    {
        if (!IsPresent)
        {
            throw new FormatException("'merges' is missing");
        }

        ReadOnlySpan<byte> list = file.Slice(_start, _length);
        Utf8JsonReader reader = new(list);
        reader.Read();

        // A merge makes at most one new token, and a token is rarely made twice.
        MergeTable table = new(Math.Max(16, Math.Min(list.Length / 5, vocabulary.Count * 4)));
        byte[] left = new byte[64];
        byte[] right = new byte[64];
        byte[] joined = new byte[64];
        int rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
                JsonText.Expect(ref reader, JsonTokenType.String, "merges");
                ReadOnlySpan<byte> first = JsonText.Of(ref reader, ref left);
                reader.Read();
                JsonText.Expect(ref reader, JsonTokenType.String, "merges");
                Add(table, vocabulary, first, JsonText.Of(ref reader, ref right), rank++, prefixLength, ref joined);
                reader.Read();
                JsonText.Expect(ref reader, JsonTokenType.EndArray, "merges");
                continue;
            }

            JsonText.Expect(ref reader, JsonTokenType.String, "merges");
            ReadOnlySpan<byte> line = JsonText.Of(ref reader, ref left);
            if (line.StartsWith("#version"u8))
            {
                continue;
            }

            int space = line.IndexOf((byte)' ');
            if (space < 0 || line[(space + 1)..].Contains((byte)' '))
            {
                throw new FormatException($"merge {rank + 1} is not two tokens with a space between them");
            }

            Add(table, vocabulary, line[..space], line[(space + 1)..], rank++, prefixLength, ref joined);
        }

        return table;
    }

    private static void Add(
        MergeTable table, Vocabulary vocabulary, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int rank, int prefixLength, ref byte[] joined)
    {
        int length = left.Length + Math.Max(0, right.Length - prefixLength);
        if (joined.Length < length)
        {
            joined = new byte[length * 2];
        }

        left.CopyTo(joined);
        right[Math.Min(prefixLength, right.Length)..].CopyTo(joined.AsSpan(left.Length));
        table.Add(IdOf(vocabulary, left), IdOf(vocabulary, right), rank, IdOf(vocabulary, joined.AsSpan(0, length)));
    }

    private static int IdOf(Vocabulary vocabulary, ReadOnlySpan<byte> spelling) => vocabulary.TryGetId(spelling, out int id)
        ? id
        : throw new FormatException($"a merge needs the token '{Encoding.UTF8.GetString(spelling)}', which is not in the vocabulary");
}
