using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Models;

/// <summary>
/// Byte pair encoding: a piece is cut into its smallest symbols, and the neighbouring pair whose merge has the lowest rank is merged, the
/// leftmost first, until none is left.
/// </summary>
internal sealed class BpeModel : TokenizationModel
{
    private const int None = -1;
    private const int StackBytes = 128;
    private const int SpaceMarkCodePoint = 0x2581;

    private static readonly byte[] SpaceMark = "\u2581"u8.ToArray();

    private readonly MergeTable _merges;
    private readonly BpeOptions _options;
    private readonly int _unknownId = None;
    private readonly int _longestSpelling;
    private readonly int[] _byteTokens = new int[256];

    /// <summary>
    /// The characters that stand before a ▁ inside of some token. A piece can be cut in front of every ▁ behind another character: no merge
    /// reaches across. Null where pieces are not cut.
    /// </summary>
    private readonly CodePointSet? _joinedToSpaceMark;

    public BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options)
        : base(vocabulary)
    {
        _merges = merges;
        _options = options;
        _longestSpelling = vocabulary.LongestSpelling;
        if (options.UnknownToken is not null)
        {
            _unknownId = vocabulary.IdOf(options.UnknownToken);
        }

        Array.Fill(_byteTokens, None);
        if (options.TakesBytes)
        {
            for (int value = 0; value < 256; value++)
            {
                _byteTokens[value] = vocabulary.IdOf(ByteAlphabet.SpellingOf((byte)value));
            }
        }
        else if (options.ByteFallback)
        {
            for (int value = 0; value < 256; value++)
            {
                _byteTokens[value] = vocabulary.IdOf(System.Text.Encoding.ASCII.GetBytes($"<0x{value:X2}>"));
            }
        }

        bool canCut = !options.TakesBytes && !options.IgnoreMerges && options.ContinuingPrefix.Length == 0 && options.EndSuffix.Length == 0;
        _joinedToSpaceMark = canCut && vocabulary.TryGetId(SpaceMark, out _) ? FindJoinedToSpaceMark(vocabulary) : null;
    }

    public override int? UnknownId => _unknownId == None ? null : _unknownId;

    protected override void TokenizePiece(ReadOnlySpan<byte> piece, List<int> ids)
    {
        if (_joinedToSpaceMark is not null && TryCut(piece, _joinedToSpaceMark, out int cut))
        {
            while (true)
            {
                Tokenize(piece[..cut], ids);
                piece = piece[cut..];
                if (!TryCut(piece, _joinedToSpaceMark, out cut))
                {
                    break;
                }
            }

            Tokenize(piece, ids);
            return;
        }

        if (_options.IgnoreMerges && TryGetWhole(piece, out int whole))
        {
            ids.Add(whole);
            return;
        }

        using BpeWord word = BpeWord.Rent(piece.Length);
        if (_options.TakesBytes)
        {
            AddByteSymbols(piece, word);
        }
        else
        {
            AddCharacterSymbols(piece, word);
        }

        word.MergeAll(_merges);
        word.CopyTo(ids);
    }

    /// <summary>The first place behind the beginning where a ▁ follows another character that is never joined to it.</summary>
    private static bool TryCut(ReadOnlySpan<byte> piece, CodePointSet joined, out int cut)
    {
        cut = Utf8.LengthOf(piece[0]);
        while (cut < piece.Length)
        {
            int next = piece[cut..].IndexOf(SpaceMark);
            if (next < 0)
            {
                return false;
            }

            cut += next;
            int previous = Utf8.Decode(piece, Utf8.Previous(piece, cut), out _);
            if (previous != SpaceMarkCodePoint && !joined.Contains(previous))
            {
                return true;
            }

            cut += SpaceMark.Length;
        }

        return false;
    }

    private void AddByteSymbols(ReadOnlySpan<byte> piece, BpeWord word)
    {
        foreach (byte value in piece)
        {
            int id = _byteTokens[value];
            if (id != None)
            {
                word.Add(id);
            }
            else if (_options.UnknownToken is not null)
            {
                word.AddUnknown(RequireUnknown(), _options.FuseUnknown);
            }
        }

        word.EndUnknown();
    }

    private void AddCharacterSymbols(ReadOnlySpan<byte> piece, BpeWord word)
    {
        bool decorated = _options.ContinuingPrefix.Length > 0 || _options.EndSuffix.Length > 0;
        Span<byte> buffer = decorated ? new byte[_options.ContinuingPrefix.Length + 4 + _options.EndSuffix.Length] : [];
        for (int position = 0; position < piece.Length;)
        {
            int length = Utf8.LengthOf(piece[position]);
            ReadOnlySpan<byte> symbol = piece.Slice(position, length);
            if (decorated)
            {
                symbol = Decorate(symbol, first: position == 0, last: position + length == piece.Length, buffer);
            }

            position += length;
            if (Vocabulary.TryGetId(symbol, out int id))
            {
                word.Add(id);
            }
            else if (!(_options.ByteFallback && TryAddBytes(symbol, word)) && _options.UnknownToken is not null)
            {
                word.AddUnknown(RequireUnknown(), _options.FuseUnknown);
            }
        }

        word.EndUnknown();
    }

    private ReadOnlySpan<byte> Decorate(ReadOnlySpan<byte> symbol, bool first, bool last, Span<byte> buffer)
    {
        int length = 0;
        if (!first)
        {
            _options.ContinuingPrefix.CopyTo(buffer);
            length = _options.ContinuingPrefix.Length;
        }

        symbol.CopyTo(buffer[length..]);
        length += symbol.Length;
        if (last)
        {
            _options.EndSuffix.CopyTo(buffer[length..]);
            length += _options.EndSuffix.Length;
        }

        return buffer[..length];
    }

    /// <summary>All bytes of a character as tokens, or none. Unknown characters that wait to be fused come behind them, as in the original.</summary>
    private bool TryAddBytes(ReadOnlySpan<byte> symbol, BpeWord word)
    {
        foreach (byte value in symbol)
        {
            if (_byteTokens[value] == None)
            {
                return false;
            }
        }

        foreach (byte value in symbol)
        {
            word.AddBesideUnknown(_byteTokens[value]);
        }

        return true;
    }

    private int RequireUnknown() =>
        _unknownId != None ? _unknownId : throw new TokenizationException("The tokenizer's unknown token is not in its vocabulary, and the text needs it.");

    /// <summary>Whether a piece is a token as a whole. Bytes are spelled with their stand-ins first; it is done once for each cached piece.</summary>
    private bool TryGetWhole(ReadOnlySpan<byte> piece, out int id)
    {
        if (!_options.TakesBytes)
        {
            return Vocabulary.TryGetId(piece, out id);
        }

        id = None;
        if (piece.Length > _longestSpelling)
        {
            return false;
        }

        Span<byte> spelling = piece.Length <= StackBytes ? stackalloc byte[2 * StackBytes] : new byte[2 * piece.Length];
        int length = 0;
        foreach (byte value in piece)
        {
            ReadOnlySpan<byte> character = ByteAlphabet.SpellingOf(value);
            character.CopyTo(spelling[length..]);
            length += character.Length;
        }

        return Vocabulary.TryGetId(spelling[..length], out id);
    }

    private static CodePointSet FindJoinedToSpaceMark(Vocabulary vocabulary)
    {
        HashSet<int> joined = [];
        for (int id = 0; id < vocabulary.IdLimit; id++)
        {
            ReadOnlySpan<byte> spelling = vocabulary.SpellingOf(id);
            for (int mark = spelling.IndexOf(SpaceMark); mark >= 0;)
            {
                if (mark > 0)
                {
                    joined.Add(Utf8.Decode(spelling, Utf8.Previous(spelling, mark), out _));
                }

                int behind = mark + SpaceMark.Length;
                int next = spelling[behind..].IndexOf(SpaceMark);
                mark = next < 0 ? next : behind + next;
            }
        }

        return CodePointSet.Of(joined.ToArray());
    }
}
