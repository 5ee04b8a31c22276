namespace Engine.Inference.Tokenization.PostProcessors;

/// <summary>Fills ids up to a length, as the file's padding section says. A text alone is the longest of its batch.</summary>
internal sealed record Padding(int? FixedLength, int? Multiple, bool OnLeft, int Id, int TypeId)
{
    /// <summary>The length that ids of this length are filled up to.</summary>
    public int LengthFor(int length)
    {
        int target = FixedLength ?? length;
        if (Multiple is > 0 && target % Multiple.Value > 0)
        {
            target += Multiple.Value - target % Multiple.Value;
        }

        return Math.Max(length, target);
    }

    public int[] Apply(int[] values, int length, int filler)
    {
        if (values.Length >= length)
        {
            return values;
        }

        int[] padded = new int[length];
        int start = OnLeft ? length - values.Length : 0;
        Array.Fill(padded, filler);
        values.CopyTo(padded, start);
        return padded;
    }
}
