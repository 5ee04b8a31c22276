using System.Buffers;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Models;

/// <summary>
/// SentencePiece's unigram language model: of all ways to spell a piece, the one whose tokens' scores (log probabilities) have the highest sum.
/// A character that no token is costs ten less than the worst token.
/// </summary>
internal sealed class UnigramModel : TokenizationModel
{
    private const double UnknownPenalty = 10;
    private const int None = -1;

    private readonly double[] _scores;
    private readonly bool _byteFallback;
    private readonly ByteTrie _trie;
    private readonly double _unknownScore;
    private readonly int _unknownId;
    private readonly bool _singlePrecision;
    private readonly int[] _byteTokens = new int[256];

    /// <param name="vocabulary">The tokens; of equal spellings the last one's id.</param>
    /// <param name="scores">The score of each id; a token without one (NaN) is never chosen.</param>
    /// <param name="unknownId">The token for what cannot be spelled, or null.</param>
    /// <param name="byteFallback">Unknown characters become tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> where all of these exist.</param>
    /// <param name="singlePrecision">Sums are rounded to single precision, as in SentencePiece itself.</param>
    public UnigramModel(Vocabulary vocabulary, double[] scores, int? unknownId, bool byteFallback, bool singlePrecision = false)
        : base(vocabulary)
    {
        _scores = scores;
        _byteFallback = byteFallback;
        UnknownId = unknownId;
        _unknownId = unknownId ?? None;
        _singlePrecision = singlePrecision;
        _unknownScore = Sum(scores.Where(score => !double.IsNaN(score)).DefaultIfEmpty().Min(), -UnknownPenalty);
        _trie = ByteTrie.Of(vocabulary);
        for (int value = 0; value < 256; value++)
        {
            _byteTokens[value] = vocabulary.IdOf(System.Text.Encoding.ASCII.GetBytes($"<0x{value:X2}>"));
        }
    }

    public override int? UnknownId { get; }

    protected override void TokenizePiece(ReadOnlySpan<byte> piece, List<int> ids)
    {
        Step[] best = ArrayPool<Step>.Shared.Rent(piece.Length + 1);
        try
        {
            best.AsSpan(0, piece.Length + 1).Fill(new Step(0, None, None));
            FindBest(piece, best);
            int before = ids.Count;
            AddPath(piece, best, ids);
            ids.Reverse(before, ids.Count - before);
        }
        finally
        {
            ArrayPool<Step>.Shared.Return(best);
        }
    }

    private void FindBest(ReadOnlySpan<byte> piece, Span<Step> best)
    {
        for (int start = 0; start < piece.Length;)
        {
            double scoreSoFar = best[start].Score;
            int characterLength = Utf8.LengthOf(piece[start]);
            bool hasCharacter = false;
            int node = ByteTrie.Root;
            for (int i = start; i < piece.Length; i++)
            {
                node = _trie.ChildOf(node, piece[i]);
                if (node == ByteTrie.NoNode)
                {
                    break;
                }

                int id = _trie.ValueOf(node);
                if (id != ByteTrie.NoValue && !double.IsNaN(_scores[id]))
                {
                    Offer(ref best[i + 1], Sum(scoreSoFar, _scores[id]), start, id);
                    hasCharacter |= i + 1 - start == characterLength;
                }
            }

            if (!hasCharacter && Offer(ref best[start + characterLength], Sum(scoreSoFar, _unknownScore), start, _unknownId) && _unknownId == None)
            {
                throw new TokenizationException("The text has a character that the tokenizer cannot spell, and it names no unknown token.");
            }

            start += characterLength;
        }
    }

    private double Sum(double a, double b) => _singlePrecision ? (float)a + (float)b : a + b;

    private static bool Offer(ref Step step, double score, int start, int id)
    {
        if (step.Start != None && score <= step.Score)
        {
            return false;
        }

        step = new Step(score, start, id);
        return true;
    }

    /// <summary>Adds the ids from the end to the beginning. Unknown characters next to each other are one unknown token.</summary>
    private void AddPath(ReadOnlySpan<byte> piece, ReadOnlySpan<Step> best, List<int> ids)
    {
        for (int end = piece.Length; end > 0;)
        {
            Step step = best[end];
            int start = step.Start;
            if (step.Id != _unknownId)
            {
                ids.Add(step.Id);
                end = start;
                continue;
            }

            while (start > 0 && best[start].Id == _unknownId)
            {
                start = best[start].Start;
            }

            AddUnknown(piece[start..end], ids);
            end = start;
        }
    }

    private void AddUnknown(ReadOnlySpan<byte> text, List<int> ids)
    {
        // The run of unknown characters can by chance be a token itself.
        if (Vocabulary.TryGetId(text, out int id))
        {
            ids.Add(id);
            return;
        }

        if (!_byteFallback || !AllBytesKnown(text))
        {
            ids.Add(_unknownId);
            return;
        }

        for (int i = text.Length - 1; i >= 0; i--)
        {
            ids.Add(_byteTokens[text[i]]);
        }
    }

    private bool AllBytesKnown(ReadOnlySpan<byte> text)
    {
        foreach (byte value in text)
        {
            if (_byteTokens[value] == None)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The best way to spell what ends here: its score, and the last token with where it begins.</summary>
    private readonly record struct Step(double Score, int Start, int Id);
}
