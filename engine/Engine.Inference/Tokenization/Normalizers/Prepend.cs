namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>Puts a string in front of a text that is not empty.</summary>
internal sealed class Prepend(byte[] prefix) : Normalizer
{
    public override void Normalize(TextBuffer text)
    {
        if (text.Length == 0)
        {
            return;
        }

        text.Append(prefix);
        text.Append(text.Span);
        text.Commit();
    }
}
