namespace Engine.Inference.Tokenization.Unicode;

/// <summary>Gives each code point one label (its script, its grapheme-cluster class) or -1 where the table has none.</summary>
internal sealed class CodePointLabels(string[] names, int[] firsts, int[] lasts, byte[] values)
{
    public const int None = -1;

    public int NumberOf(string name) => Array.IndexOf(names, name);

    public int Of(int codePoint)
    {
        int place = Array.BinarySearch(firsts, codePoint);
        if (place < 0)
        {
            place = ~place - 1;
        }

        return place >= 0 && codePoint <= lasts[place] ? values[place] : None;
    }
}
