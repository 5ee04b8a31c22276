using System.Text;
using Engine.Inference.Tokenization.Models;
using Engine.Inference.Tokenization.Normalizers;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.AddedTokens;

/// <summary>The tokens of a file's <c>added_tokens</c>: which ids they have, and where they are in a text.</summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, int> _byContent = [];
    private readonly HashSet<string> _specials = [];
    private readonly Dictionary<int, byte[]> _normalizedSpellings = [];
    private readonly AddedTokenMatcher? _anywhere;
    private readonly AddedTokenMatcher? _inText;
    private readonly AddedTokenMatcher? _inNormalizedText;

    public AddedVocabulary(IReadOnlyList<AddedToken> tokens, Vocabulary vocabulary, Normalizer? normalizer)
    {
        int next = vocabulary.Count;
        foreach (AddedToken token in tokens)
        {
            if (token.Content.Length == 0 || _byContent.TryGetValue(token.Content, out int known) && _byId.GetValueOrDefault(known) == token)
            {
                continue;
            }

            // The id that a tokenizer.json gives does not count: a token of the model has the model's, the others follow behind it.
            byte[] spelling = Encoding.UTF8.GetBytes(token.Content);
            if (spelling.Length > Vocabulary.MaximumSpelling)
            {
                throw new FormatException($"an added token is longer than {Vocabulary.MaximumSpelling} bytes");
            }

            int id;
            if (token.FixedId is { } given)
            {
                id = given;
            }
            else if (!_byContent.TryGetValue(token.Content, out id) && !vocabulary.TryGetId(spelling, out id))
            {
                id = next++;
            }

            if (token.Normalized && normalizer is not null)
            {
                _normalizedSpellings[id] = Normalize(spelling, normalizer);
            }

            _byContent[token.Content] = id;
            _byId[id] = token;
            if (token.Special)
            {
                _specials.Add(token.Content);
            }
        }

        _anywhere = _byId.Count == 0
            ? null
            : new AddedTokenMatcher(_byId.Select(entry => KeyValuePair.Create(Encoding.UTF8.GetBytes(entry.Value.Content), entry.Key)));
        _inText = MatcherOf(normalized: false);
        _inNormalizedText = MatcherOf(normalized: true);
        IdLimit = _byId.Count == 0 ? 0 : _byId.Keys.Max() + 1;
    }

    public int IdLimit { get; }

    public IEnumerable<KeyValuePair<int, AddedToken>> Tokens => _byId;

    public bool TryGetId(string content, out int id) => _byContent.TryGetValue(content, out id);

    public AddedToken? TokenOf(int id) => _byId.GetValueOrDefault(id);

    public bool IsSpecialContent(string content) => _specials.Contains(content);

    /// <summary>The spelling that decoding begins with: the normalized one where the text has it so.</summary>
    public byte[]? DecodedSpellingOf(int id) =>
        _normalizedSpellings.TryGetValue(id, out byte[]? normalized) ? normalized
        : _byId.TryGetValue(id, out AddedToken? token) ? Encoding.UTF8.GetBytes(token.Content)
        : null;

    /// <summary>Cuts a text at its added tokens, those to be found before or those to be found after normalization.</summary>
    /// <param name="text">The text, as it is or normalized.</param>
    /// <param name="normalized">Which tokens to look for.</param>
    /// <param name="plainSpecials">Control tokens are text like any other.</param>
    /// <param name="parts">Where the parts are added.</param>
    public void Split(ReadOnlySpan<byte> text, bool normalized, bool plainSpecials, List<TextPart> parts)
    {
        AddedTokenMatcher? matcher = normalized ? _inNormalizedText : _inText;
        int covered = 0;
        int position = 0;
        while (matcher is not null && position < text.Length && matcher.TryFind(text, position, out int start, out int end, out int id))
        {
            position = end;
            AddedToken token = _byId[id];
            if (plainSpecials && _specials.Contains(token.Content) || token.SingleWord && !IsWord(text, start, end))
            {
                continue;
            }

            start = token.StripLeft ? SpaceBefore(text, start, covered) : start;

            // Inside white space that the token before took along, the end is known: looking again each time would be quadratic.
            end = !token.StripRight ? end : end <= covered ? covered : SpaceBehind(text, end);
            if (covered < start)
            {
                parts.Add(new TextPart(covered, start, TextPart.NoToken));
            }

            parts.Add(new TextPart(start, end, id));
            covered = end;
        }

        if (covered < text.Length)
        {
            parts.Add(new TextPart(covered, text.Length, TextPart.NoToken));
        }
    }

    /// <summary>
    /// The control tokens of a text none of whose characters are content: from left to right, at each place the longest added token that
    /// counts there.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="content">The stretches of content, sorted, without overlaps.</param>
    public List<(int Start, int End, int Id)> FindControlTokens(ReadOnlySpan<byte> text, List<(int Start, int End)> content)
    {
        List<(int Start, int End, int Id)> found = [];
        int span = 0;
        for (int position = 0; position < text.Length;)
        {
            int candidate = _anywhere?.NextCandidate(text, position) ?? -1;
            if (candidate < 0)
            {
                break;
            }

            position = candidate;
            while (span < content.Count && content[span].End <= position)
            {
                span++;
            }

            int contentStart = span < content.Count ? content[span].Start : int.MaxValue;
            if (!_anywhere!.TryMatch(text, position, (id, end) => !IsControl(id) || end <= contentStart, out int tokenEnd, out int tokenId))
            {
                position++;
                continue;
            }

            if (IsControl(tokenId))
            {
                found.Add((position, tokenEnd, tokenId));
            }

            position = tokenEnd;
        }

        return found;
    }

    /// <summary>
    /// Also one that Hugging Face looks for in the normalized text only, and so finds at the beginning of a text but not in it: what the
    /// template wrote as a control token is one everywhere.
    /// </summary>
    private bool IsControl(int id) => _byId[id].Special;

    /// <summary>The beginning of the white space that ends at a place, at the least <paramref name="minimum"/>.</summary>
    public static int SpaceBefore(ReadOnlySpan<byte> text, int position, int minimum)
    {
        if (position <= minimum)
        {
            return minimum;
        }

        while (position > minimum)
        {
            int previous = Utf8.Previous(text, position);
            if (!UnicodeData.WhiteSpace.Contains(Utf8.Decode(text, previous, out _)))
            {
                break;
            }

            position = previous;
        }

        return position;
    }

    /// <summary>The end of the white space that begins at a place.</summary>
    public static int SpaceBehind(ReadOnlySpan<byte> text, int position)
    {
        while (position < text.Length && UnicodeData.WhiteSpace.Contains(Utf8.Decode(text, position, out int length)))
        {
            position += length;
        }

        return position;
    }

    private static bool IsWord(ReadOnlySpan<byte> text, int start, int end) =>
        (start == 0 || !UnicodeData.WordCharacter.Contains(Utf8.Decode(text, Utf8.Previous(text, start), out _)))
        && (end == text.Length || !UnicodeData.WordCharacter.Contains(Utf8.Decode(text, end, out _)));

    private static byte[] Normalize(byte[] spelling, Normalizer normalizer)
    {
        TextBuffer buffer = new();
        buffer.Set(spelling, atOrigin: true);
        normalizer.Normalize(buffer);
        return buffer.Span.ToArray();
    }

    private AddedTokenMatcher? MatcherOf(bool normalized)
    {
        List<KeyValuePair<byte[], int>> spellings = [];
        foreach ((int id, AddedToken token) in _byId)
        {
            byte[] spelling = DecodedSpellingOf(id)!;
            if (token.Normalized == normalized && spelling.Length > 0)
            {
                spellings.Add(new(spelling, id));
            }
        }

        return spellings.Count == 0 ? null : new AddedTokenMatcher(spellings);
    }
}
