namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>One step that changes a text before it is split: case, accents, Unicode forms, replacements. Immutable.</summary>
internal abstract class Normalizer
{
    public abstract void Normalize(TextBuffer text);
}

internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override void Normalize(TextBuffer text)
    {
        foreach (Normalizer step in steps)
        {
            step.Normalize(text);
        }
    }
}
