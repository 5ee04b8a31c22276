using System.Text;
using Engine.Inference.Tokenization.Loading;

namespace Engine.Tests.Tokenization.Loading;

/// <summary>Writes small SentencePiece models.</summary>
internal sealed class SentencePieceFileBuilder
{
    private readonly List<byte> _pieces = [];
    private readonly List<byte> _trainer = [];
    private readonly List<byte> _normalizer = [];

    public SentencePieceFileBuilder Piece(string spelling, float score = 0, SentencePieceType type = SentencePieceType.Normal)
    {
        byte[] text = Encoding.UTF8.GetBytes(spelling);
        List<byte> piece = [0x0A, (byte)text.Length, .. text, 0x15, .. BitConverter.GetBytes(score), 0x18, (byte)type];
        _pieces.AddRange([0x0A, (byte)piece.Count, .. piece]);
        return this;
    }

    public SentencePieceFileBuilder Algorithm(SentencePieceAlgorithm algorithm)
    {
        _trainer.AddRange([0x18, (byte)algorithm]);
        return this;
    }

    public SentencePieceFileBuilder Spaces(bool dummyPrefix, bool removeExtra)
    {
        _normalizer.AddRange([0x18, (byte)(dummyPrefix ? 1 : 0), 0x20, (byte)(removeExtra ? 1 : 0)]);
        return this;
    }

    public byte[] Build() =>
        [.. _pieces, 0x12, (byte)_trainer.Count, .. _trainer, 0x1A, (byte)_normalizer.Count, .. _normalizer];
}
