using System.Text;
using Engine.Inference.Tokenization.AddedTokens;
using Engine.Inference.Tokenization.Decoders;
using Engine.Inference.Tokenization.Models;
using Engine.Inference.Tokenization.Normalizers;
using Engine.Inference.Tokenization.PostProcessors;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>
/// Makes a tokenizer of a SentencePiece model, with SentencePiece's own ids: control pieces are not found in a text, only where a template
/// wrote them (<see cref="Tokenizer.EncodeSanitized"/>).
/// </summary>
internal static class SentencePieceLoader
{
    private const float UserDefinedBonus = 0.1f;

    public static TokenizerParts Load(ReadOnlySpan<byte> bytes, FolderConfig config)
    {
        SentencePieceFile file = SentencePieceFile.Read(bytes);
        Vocabulary vocabulary = new(file.Pieces.Count);
        List<AddedToken> added = [];
        byte[] unknown = [];
        for (int id = 0; id < file.Pieces.Count; id++)
        {
            SentencePiece piece = file.Pieces[id];
            vocabulary.Add(piece.Spelling, id);
            switch (piece.Type)
            {
                case SentencePieceType.Unknown:
                    unknown = piece.Spelling;
                    break;
                case SentencePieceType.Control:
                    added.Add(Added(piece, id, special: true));
                    break;
                case SentencePieceType.UserDefined:
                    added.Add(Added(piece, id, special: false));
                    break;
            }
        }

        added.AddRange(config.AddedTokens.Where(token => !vocabulary.TryGetId(Encoding.UTF8.GetBytes(token.Content), out _)));
        return new TokenizerParts
        {
            Model = BuildModel(file, vocabulary, unknown),
            Added = new AddedVocabulary(added, vocabulary, normalizer: null),
            Normalizer = new SentencePieceNormalizer(file, new AddedTokenMatcher(UserDefined(file))),
            PostProcessor = BuildPostProcessor(file, config),
            Decoder = new DecoderDefinition([DecoderSteps.SentencePiece(
                unknown, file.UnknownSurface, file.AddDummyPrefix || file.RemoveExtraWhitespaces, file.RemoveExtraWhitespaces)]),
            FindsControlTokensInText = false,
        };
    }

    private static TokenizationModel BuildModel(SentencePieceFile file, Vocabulary vocabulary, byte[] unknown)
    {
        switch (file.Algorithm)
        {
            case SentencePieceAlgorithm.Bpe:
                BpeOptions options = new() { UnknownToken = unknown, FuseUnknown = true, ByteFallback = file.ByteFallback };
                return new BpeModel(vocabulary, BuildMerges(file, vocabulary), options);
            case SentencePieceAlgorithm.Unigram:
                float maximum = file.Pieces.Where(piece => piece.Type == SentencePieceType.Normal).Select(piece => piece.Score).DefaultIfEmpty().Max();
                double[] scores = file.Pieces.Select(piece => piece.Type switch
                {
                    SentencePieceType.UserDefined => (double)(piece.Spelling.Length * maximum - UserDefinedBonus),
                    SentencePieceType.Normal => piece.Score,
                    _ => double.NaN,
                }).ToArray();
                return new UnigramModel(vocabulary, scores, vocabulary.IdOf(unknown), file.ByteFallback, singlePrecision: true);
            default:
                throw new FormatException("its algorithm is neither BPE nor Unigram");
        }
    }

    /// <summary>Every way to put a piece together from two others, ranked by the piece's score; pieces of one score have one rank.</summary>
    private static MergeTable BuildMerges(SentencePieceFile file, Vocabulary vocabulary)
    {
        MergeTable merges = new(vocabulary.Count * 2);
        int rank = -1;
        float lastScore = float.NaN;
        foreach ((SentencePiece piece, int id) in file.Pieces.Select((piece, id) => (piece, id))
            .Where(entry => entry.piece.Type is SentencePieceType.Normal or SentencePieceType.UserDefined).OrderByDescending(entry => entry.piece.Score))
        {
            if (piece.Score != lastScore)
            {
                rank++;
                lastScore = piece.Score;
            }

            RankedMerges.AddSplits(merges, vocabulary, piece.Spelling, rank, id, onCharacters: true);
        }

        return merges;
    }

    private static TemplateProcessor? BuildPostProcessor(SentencePieceFile file, FolderConfig config)
    {
        bool isBpe = file.Algorithm == SentencePieceAlgorithm.Bpe;
        bool begins = file.BeginId >= 0 && (config.AddBos ?? (isBpe && !config.IsClass("T5")));
        bool ends = file.EndId >= 0 && (config.AddEos ?? (!isBpe || config.IsClass("T5")));
        return TemplateProcessor.Around(begins ? [file.BeginId] : [], ends ? [file.EndId] : []);
    }

    private static IEnumerable<KeyValuePair<byte[], int>> UserDefined(SentencePieceFile file) => file.Pieces
        .Select((piece, id) => (piece, id)).Where(entry => entry.piece.Type == SentencePieceType.UserDefined)
        .Select(entry => new KeyValuePair<byte[], int>(entry.piece.Spelling, entry.id));

    private static AddedToken Added(SentencePiece piece, int id, bool special) =>
        new(Encoding.UTF8.GetString(piece.Spelling), SingleWord: false, StripLeft: false, StripRight: false, Normalized: !special, special) { FixedId = id };
}
