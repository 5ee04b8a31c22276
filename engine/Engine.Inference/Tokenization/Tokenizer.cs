using System.Text;
using Engine.Inference.Tokenization.AddedTokens;
using Engine.Inference.Tokenization.Loading;
using Engine.Inference.Tokenization.PostProcessors;
using Engine.Onnx;

namespace Engine.Inference.Tokenization;

/// <summary>
/// A model's tokenizer: text to token ids and back, exactly as the libraries give them that the model was trained with. Immutable after
/// loading and safe to use from several threads.
/// </summary>
/// <remarks>
/// The way of a text: added tokens are cut out; what is between them is normalized, split into pieces and spelled by the model; control tokens
/// are put around the whole. One folder of this namespace holds one of these steps.
/// </remarks>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly SpecialTokens _special;
    private readonly Lazy<byte[][]> _tokenBytes;
    private readonly byte[]?[] _addedSpellings;
    private readonly bool[] _skips;
    private EncodeWorkspace? _idle;

    internal Tokenizer(TokenizerParts parts, SpecialTokens special)
    {
        _parts = parts;
        _special = special;
        VocabularySize = Math.Max(parts.Model.Vocabulary.IdLimit, parts.Added.IdLimit);
        _tokenBytes = new Lazy<byte[][]>(SpellOutAll);
        _addedSpellings = new byte[]?[parts.Added.IdLimit];
        _skips = new bool[parts.Added.IdLimit];
        foreach ((int id, AddedToken _) in parts.Added.Tokens)
        {
            // As in the original, a control token whose normalized spelling is another one is not skipped.
            _addedSpellings[id] = parts.Added.DecodedSpellingOf(id);
            _skips[id] = parts.Added.IsSpecialContent(Encoding.UTF8.GetString(_addedSpellings[id]!));
        }

        BosTokenId = IdOf(special.Bos);
        EosTokenId = IdOf(special.Eos);
        PadTokenId = IdOf(special.Pad);
        UnknownTokenId = IdOf(special.Unknown) ?? parts.Model.UnknownId;
    }

    /// <summary>The highest token id plus one. Ids below it may be holes.</summary>
    public int VocabularySize { get; }

    /// <summary>The token that begins a text, where the folder names one.</summary>
    public int? BosTokenId { get; }

    /// <summary>The token that ends a text, where the folder names one.</summary>
    public int? EosTokenId { get; }

    /// <summary>The token that fills up batches, where the folder names one.</summary>
    public int? PadTokenId { get; }

    /// <summary>The token for what the vocabulary cannot spell, if there is one.</summary>
    public int? UnknownTokenId { get; }

    /// <summary>The length to which the file's truncation section cuts what <see cref="Encode(string, bool)"/> gives, or null where it does not.</summary>
    public int? TruncatedLength => _parts.Truncation?.MaximumLength;

    /// <summary>Loads the tokenizer of a model folder, or a tokenizer.json.</summary>
    /// <param name="path">
    /// A folder with <c>tokenizer.json</c>, else <c>tokenizer.model</c>, a tiktoken rank file or <c>tekken.json</c>; or the path of one of these files.
    /// </param>
    /// <exception cref="InvalidModelException">There is no tokenizer, or it cannot be used.</exception>
    public static Tokenizer Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return TokenizerFolder.Load(path);
    }

    /// <summary>Turns a text into token ids.</summary>
    /// <param name="text">The text; lone surrogates count as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the tokens are put in that the model expects around a text. Not for rendered chats, which have them.</param>
    /// <exception cref="TokenizationException">The vocabulary cannot spell the text and has no unknown token.</exception>
    public int[] Encode(string text, bool addSpecialTokens = true) => Encode(text.AsSpan(), addSpecialTokens);

    /// <inheritdoc cref="Encode(string, bool)"/>
    public int[] Encode(ReadOnlySpan<char> text, bool addSpecialTokens = true) =>
        PostProcess(EncodeAlone(text, plainSpecials: false), null, addSpecialTokens).Ids;

    /// <summary>Turns a text into token ids without the truncation and padding of the file: what goes into a language model whole or not at all.</summary>
    /// <inheritdoc cref="Encode(string, bool)"/>
    public int[] EncodeWhole(ReadOnlySpan<char> text, bool addSpecialTokens = true) =>
        AddSpecialTokens(EncodeAlone(text, plainSpecials: false), null, addSpecialTokens).Ids;

    /// <summary>Turns a text into token ids in which control tokens that the text spells are ordinary text.</summary>
    /// <inheritdoc cref="Encode(string, bool)"/>
    public int[] EncodePlain(ReadOnlySpan<char> text, bool addSpecialTokens = false) =>
        PostProcess(EncodeAlone(text, plainSpecials: true), null, addSpecialTokens).Ids;

    /// <summary>Turns two texts into the ids of one sequence, as encoders take them.</summary>
    /// <exception cref="TokenizationException">The vocabulary cannot spell a text, or the file's truncation does not fit.</exception>
    public int[] EncodePair(string first, string second, bool addSpecialTokens = true) => EncodePairWithTypes(first, second, addSpecialTokens).Ids;

    /// <summary>Turns two texts into the ids of one sequence, with the number of the text each id belongs to (<c>token_type_ids</c>).</summary>
    /// <inheritdoc cref="EncodePair"/>
    public (int[] Ids, int[] TypeIds) EncodePairWithTypes(string first, string second, bool addSpecialTokens = true)
    {
        EncodedPart encoded = PostProcess(EncodeAlone(first, plainSpecials: false), EncodeAlone(second, plainSpecials: false), addSpecialTokens);
        return (encoded.Ids, encoded.TypeIds);
    }

    /// <summary>
    /// Turns a rendered chat into token ids in which no control token comes from content: a control token counts only where the template wrote
    /// all of it. What the chat's participants wrote is text, whatever it spells.
    /// </summary>
    /// <param name="text">The rendered prompt.</param>
    /// <param name="content">The stretches that do not come from the template, in any order; overlapping ones are allowed.</param>
    /// <exception cref="TokenizationException">The vocabulary cannot spell the text and has no unknown token.</exception>
    public int[] EncodeSanitized(string text, ReadOnlySpan<ContentSpan> content)
    {
        EncodeWorkspace workspace = Rent();
        try
        {
            SanitizedEncoder.Encode(this, _parts.Added, text, content, workspace);
            return workspace.Ids.ToArray();
        }
        finally
        {
            Return(workspace);
        }
    }

    /// <summary>Turns token ids into text. Ids that are no tokens are left out.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecialTokens">Whether control tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        Decoders.DecoderChain chain = _parts.Decoder.CreateChain();
        foreach (int id in ids)
        {
            ReadOnlySpan<byte> spelling = DecodedSpellingOf(id, skipSpecialTokens, out bool isToken);
            if (isToken)
            {
                chain.Push(spelling);
            }
        }

        chain.Finish();
        return Encoding.UTF8.GetString(chain.Output);
    }

    /// <summary>Makes what turns the ids of one sequence into text as they come.</summary>
    /// <param name="skipSpecialTokens">Whether control tokens are left out.</param>
    public Detokenizer CreateDetokenizer(bool skipSpecialTokens = true) => new(this, _parts.Decoder, skipSpecialTokens);

    /// <summary>Finds the id of a token by its spelling in the vocabulary, such as <c>Ġthe</c> or <c>&lt;|im_end|&gt;</c>.</summary>
    public bool TryGetId(string token, out int id)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _parts.Added.TryGetId(token, out id) || _parts.Model.Vocabulary.TryGetId(Encoding.UTF8.GetBytes(token), out id);
    }

    /// <summary>The spelling of a token in the vocabulary, or null where an id is none.</summary>
    public string? GetToken(int id) =>
        _parts.Added.TokenOf(id)?.Content
        ?? (_parts.Model.Vocabulary.HasId(id) ? Encoding.UTF8.GetString(_parts.Model.Vocabulary.SpellingOf(id)) : null);

    /// <summary>
    /// The bytes that a token adds in the middle of a text, which need not be whole characters; for a control token those of its spelling, for
    /// an id that is no token none.
    /// </summary>
    public ReadOnlySpan<byte> GetTokenBytes(int id) => (uint)id < (uint)VocabularySize ? _tokenBytes.Value[id] : [];

    /// <summary>Whether an id is a control token, which is skipped when decoding.</summary>
    public bool IsSpecial(int id) => _parts.Added.TokenOf(id) is { } token && _parts.Added.IsSpecialContent(token.Content);

    /// <summary>The spelling that decoding begins with.</summary>
    internal ReadOnlySpan<byte> DecodedSpellingOf(int id, bool skipSpecialTokens, out bool isToken)
    {
        if ((uint)id < (uint)_addedSpellings.Length && _addedSpellings[id] is { } spelling)
        {
            isToken = !skipSpecialTokens || !_skips[id];
            return spelling;
        }

        isToken = _parts.Model.Vocabulary.HasId(id);
        return _parts.Model.Vocabulary.SpellingOf(id);
    }

    /// <summary>Adds the ids of a stretch of text that is not post-processed.</summary>
    /// <param name="text">The stretch, as UTF-8.</param>
    /// <param name="atOrigin">Whether it begins the whole text.</param>
    /// <param name="plainSpecials">Whether control tokens are text like any other.</param>
    /// <param name="workspace">Buffers; its ids are added to.</param>
    internal void EncodeStretch(ReadOnlySpan<byte> text, bool atOrigin, bool plainSpecials, EncodeWorkspace workspace)
    {
        workspace.Parts.Clear();
        _parts.Added.Split(text, normalized: false, plainSpecials, workspace.Parts);
        foreach (TextPart part in workspace.Parts)
        {
            if (part.TokenId != TextPart.NoToken)
            {
                workspace.Ids.Add(part.TokenId);
                continue;
            }

            workspace.Text.Set(text[part.Start..part.End], atOrigin && part.Start == 0);
            _parts.Normalizer?.Normalize(workspace.Text);
            workspace.InnerParts.Clear();
            _parts.Added.Split(workspace.Text.Span, normalized: true, plainSpecials, workspace.InnerParts);
            foreach (TextPart inner in workspace.InnerParts)
            {
                if (inner.TokenId != TextPart.NoToken)
                {
                    workspace.Ids.Add(inner.TokenId);
                    continue;
                }

                EncodeNormalized(workspace.Text.Span[inner.Start..inner.End], workspace.Text.AtOrigin && inner.Start == 0, workspace);
            }
        }
    }

    private void EncodeNormalized(ReadOnlySpan<byte> text, bool atOrigin, EncodeWorkspace workspace)
    {
        if (_parts.PreTokenizer is null)
        {
            _parts.Model.Tokenize(text, workspace.Ids);
            return;
        }

        workspace.Pieces.Set(text, atOrigin);
        _parts.PreTokenizer.Split(workspace.Pieces);
        foreach (PreTokenizers.Piece piece in workspace.Pieces.Pieces)
        {
            _parts.Model.Tokenize(workspace.Pieces.Text.Slice(piece.Start, piece.Length), workspace.Ids);
        }
    }

    private int[] EncodeAlone(ReadOnlySpan<char> text, bool plainSpecials)
    {
        EncodeWorkspace workspace = Rent();
        try
        {
            EncodeStretch(workspace.ToUtf8(text), atOrigin: true, plainSpecials || !_parts.FindsControlTokensInText, workspace);
            return workspace.Ids.ToArray();
        }
        finally
        {
            Return(workspace);
        }
    }

    private EncodedPart PostProcess(int[] first, int[]? second, bool addSpecialTokens)
    {
        if (_parts.Truncation is { } truncation)
        {
            int added = addSpecialTokens ? _parts.PostProcessor?.AddedCount(second is not null) ?? 0 : 0;
            (first, second) = truncation.Apply(first, second, added);
        }

        EncodedPart encoded = AddSpecialTokens(first, second, addSpecialTokens);
        if (_parts.Padding is not { } padding)
        {
            return encoded;
        }

        int length = padding.LengthFor(encoded.Ids.Length);
        return encoded with { Ids = padding.Apply(encoded.Ids, length, padding.Id), TypeIds = padding.Apply(encoded.TypeIds, length, padding.TypeId) };
    }

    private EncodedPart AddSpecialTokens(int[] first, int[]? second, bool addSpecialTokens)
    {
        if (second is null && _parts.PostProcessor is null)
        {
            return EncodedPart.Of(first, 0);
        }

        List<EncodedPart> parts = second is null ? [EncodedPart.Of(first, 0)] : [EncodedPart.Of(first, 0), EncodedPart.Of(second, 1)];
        parts = _parts.PostProcessor?.Process(parts, addSpecialTokens) ?? parts;
        return new EncodedPart(parts.SelectMany(part => part.Ids).ToArray(), parts.SelectMany(part => part.TypeIds).ToArray(), IsSpecial: false);
    }

    private byte[][] SpellOutAll()
    {
        byte[][] all = new byte[VocabularySize][];
        for (int id = 0; id < all.Length; id++)
        {
            ReadOnlySpan<byte> spelling = DecodedSpellingOf(id, skipSpecialTokens: false, out bool isToken);
            all[id] = IsSpecial(id) ? Encoding.UTF8.GetBytes(_parts.Added.TokenOf(id)!.Content)
                : isToken ? _parts.Decoder.BytesOf(spelling.ToArray())
                : [];
        }

        return all;
    }

    private int? IdOf(string? token) => token is not null && TryGetId(token, out int id) ? id : null;

    private EncodeWorkspace Rent() => Interlocked.Exchange(ref _idle, null) ?? new EncodeWorkspace();

    private void Return(EncodeWorkspace workspace)
    {
        workspace.Clear();
        Volatile.Write(ref _idle, workspace);
    }
}
