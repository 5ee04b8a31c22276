namespace Engine.Inference.Tokenization.PreTokenizers;

/// <summary>One step that splits a normalized text into the pieces that the model sees one by one. Immutable.</summary>
internal abstract class PreTokenizer
{
    public abstract void Split(PieceList pieces);
}

internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override void Split(PieceList pieces)
    {
        foreach (PreTokenizer step in steps)
        {
            step.Split(pieces);
        }
    }
}
