namespace Engine.Inference.Tokenization.PostProcessors;

/// <summary>Puts control tokens around the ids of a text or a pair. Immutable.</summary>
internal abstract class PostProcessor
{
    /// <summary>How many tokens it adds to a single text or to a pair.</summary>
    public abstract int AddedCount(bool isPair);

    public abstract List<EncodedPart> Process(List<EncodedPart> parts, bool addSpecialTokens);
}

/// <summary>Ids that belong together, with their segment (token type) and whether they were put in.</summary>
internal sealed record EncodedPart(int[] Ids, int[] TypeIds, bool IsSpecial)
{
    public static EncodedPart Of(int[] ids, int typeId, bool isSpecial = false)
    {
        int[] typeIds = new int[ids.Length];
        Array.Fill(typeIds, typeId);
        return new EncodedPart(ids, typeIds, isSpecial);
    }
}

internal sealed class PostProcessorSequence(IReadOnlyList<PostProcessor> steps) : PostProcessor
{
    public override int AddedCount(bool isPair) => steps.Sum(step => step.AddedCount(isPair));

    public override List<EncodedPart> Process(List<EncodedPart> parts, bool addSpecialTokens)
    {
        foreach (PostProcessor step in steps)
        {
            parts = step.Process(parts, addSpecialTokens);
        }

        return parts;
    }
}
