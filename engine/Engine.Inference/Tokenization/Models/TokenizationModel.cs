namespace Engine.Inference.Tokenization.Models;

/// <summary>Turns one piece of text into token ids. Immutable but for its cache; used from several threads at once.</summary>
internal abstract class TokenizationModel(Vocabulary vocabulary)
{
    private const int CachedPieceLength = 64;

    private readonly PieceCache _cache = new();

    public Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>The id for what the vocabulary cannot spell, or null.</summary>
    public abstract int? UnknownId { get; }

    /// <summary>Adds the ids of a piece that is not empty.</summary>
    /// <exception cref="TokenizationException">The vocabulary cannot spell the piece and names no token for that.</exception>
    public void Tokenize(ReadOnlySpan<byte> piece, List<int> ids)
    {
        if (piece.Length > CachedPieceLength)
        {
            TokenizePiece(piece, ids);
            return;
        }

        uint hash = ByteHash.Of(piece);
        if (_cache.TryGet(piece, hash, ids))
        {
            return;
        }

        int before = ids.Count;
        TokenizePiece(piece, ids);
        _cache.Add(piece, hash, ids, before);
    }

    protected abstract void TokenizePiece(ReadOnlySpan<byte> piece, List<int> ids);
}
