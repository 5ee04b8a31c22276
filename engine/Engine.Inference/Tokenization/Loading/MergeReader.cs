using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Engine.Inference.Tokenization.Models;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Reads the merges of a BPE model, each "left right" or ["left", "right"]. They may stand before the vocabulary that they refer to.</summary>
internal sealed class MergeReader
{
    private readonly byte[][] _scratch = [new byte[64], new byte[64], new byte[64]];
    private MergeTable? _table;
    private int _start = -1;

    public bool IsPresent => _table is not null || _start >= 0;

    /// <summary>Reads the list, or remembers where it is if there is no vocabulary yet.</summary>
    public void Read(ref Utf8JsonReader reader, Vocabulary? vocabulary, int prefixLength)
    {
        JsonText.Expect(ref reader, JsonTokenType.StartArray, "merges");
        if (vocabulary is null)
        {
            _start = (int)reader.TokenStartIndex;
            reader.Skip();
            return;
        }

        _table = ReadTable(ref reader, vocabulary, prefixLength);
    }

    public MergeTable Finish(ReadOnlySpan<byte> file, Vocabulary vocabulary, int prefixLength)
    {
        if (_table is not null)
        {
            return _table;
        }

        if (_start < 0)
        {
            throw new FormatException("'merges' is missing");
        }

        Utf8JsonReader reader = new(file[_start..], isFinalBlock: false, default);
        reader.Read();
        return ReadTable(ref reader, vocabulary, prefixLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private MergeTable ReadTable(ref Utf8JsonReader reader, Vocabulary vocabulary, int prefixLength)
    {
        MergeTable table = new(vocabulary.Count);
        int rank = 0;
        int lastMerged = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
                JsonText.Expect(ref reader, JsonTokenType.String, "merges");
                ReadOnlySpan<byte> first = JsonText.Of(ref reader, ref _scratch[0]);
                reader.Read();
                JsonText.Expect(ref reader, JsonTokenType.String, "merges");
                Add(table, vocabulary, first, JsonText.Of(ref reader, ref _scratch[1]), rank++, prefixLength, ref _scratch[2], ref lastMerged);
                reader.Read();
                JsonText.Expect(ref reader, JsonTokenType.EndArray, "merges");
                continue;
            }

            JsonText.Expect(ref reader, JsonTokenType.String, "merges");
            ReadOnlySpan<byte> line = JsonText.Of(ref reader, ref _scratch[0]);
            if (line.StartsWith("#version"u8))
            {
                continue;
            }

            int space = line.IndexOf((byte)' ');
            if (space < 0 || line[(space + 1)..].Contains((byte)' '))
            {
                throw new FormatException($"merge {rank + 1} is not two tokens with a space between them");
            }

            Add(table, vocabulary, line[..space], line[(space + 1)..], rank++, prefixLength, ref _scratch[2], ref lastMerged);
        }

        return table;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(
        MergeTable table,
        Vocabulary vocabulary,
        ReadOnlySpan<byte> left,
        ReadOnlySpan<byte> right,
        int rank,
        int prefixLength,
        ref byte[] joined,
        ref int lastMerged)
    {
        int leftId = IdOf(vocabulary, left);
        int rightId = IdOf(vocabulary, right);
        int length = left.Length + Math.Max(0, right.Length - prefixLength);
        if (joined.Length < length)
        {
            joined = new byte[length * 2];
        }

        left.CopyTo(joined);
        right[Math.Min(prefixLength, right.Length)..].CopyTo(joined.AsSpan(left.Length));
        ReadOnlySpan<byte> spelling = joined.AsSpan(0, length);
        if (spelling.IsEmpty || !vocabulary.SpellingOf(lastMerged).SequenceEqual(spelling))
        {
            // Tokens mostly have their ids in the order in which merges make them; to look is cheaper than to search.
            bool isNext = !spelling.IsEmpty && vocabulary.SpellingOf(lastMerged + 1).SequenceEqual(spelling);
            lastMerged = isNext ? lastMerged + 1 : IdOf(vocabulary, spelling);
        }

        table.Add(leftId, rightId, rank, lastMerged);
    }

    private static int IdOf(Vocabulary vocabulary, ReadOnlySpan<byte> spelling) => vocabulary.TryGetId(spelling, out int id)
        ? id
        : throw new FormatException($"a merge needs the token '{Encoding.UTF8.GetString(spelling)}', which is not in the vocabulary");
}
