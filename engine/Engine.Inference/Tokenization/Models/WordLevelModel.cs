namespace Engine.Inference.Tokenization.Models;

/// <summary>A piece is a token or unknown.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, byte[] unknownToken) : TokenizationModel(vocabulary)
{
    public override int? UnknownId { get; } = vocabulary.TryGetId(unknownToken, out int id) ? id : null;

    protected override void TokenizePiece(ReadOnlySpan<byte> piece, List<int> ids) => ids.Add(
        Vocabulary.TryGetId(piece, out int id) ? id : UnknownId ?? throw new TokenizationException(
            "The text has a word that is not in the tokenizer's vocabulary, and its unknown token is not either."));
}
