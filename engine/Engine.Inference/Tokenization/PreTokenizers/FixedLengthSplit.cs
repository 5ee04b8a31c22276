using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.PreTokenizers;

/// <summary>Pieces of a number of characters.</summary>
internal sealed class FixedLengthSplit(int characters) : PreTokenizer
{
    public override void Split(PieceList pieces) => pieces.SplitAt(text =>
    {
        int end = 0;
        for (int i = 0; i < characters && end < text.Length; i++)
        {
            end += Utf8.LengthOf(text[end]);
        }

        return end;
    });
}
