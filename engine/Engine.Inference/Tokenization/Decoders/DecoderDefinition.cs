namespace Engine.Inference.Tokenization.Decoders;

/// <summary>How token spellings become text: the stages to make for each sequence, and what one token alone stands for.</summary>
internal sealed class DecoderDefinition(IReadOnlyList<DecoderStep> steps)
{
    private readonly Func<DecoderStage>[] _stages = steps.Select(step => step.CreateStage).ToArray();

    public DecoderChain CreateChain() => new(_stages);

    /// <summary>The bytes that a token adds in the middle of a text.</summary>
    public byte[] BytesOf(byte[] spelling) => steps.Aggregate(spelling, (bytes, step) => step.BytesOf(bytes));
}

/// <summary>One step of a decoder: makes its stage, and says what it makes of one token in the middle of a text.</summary>
internal sealed record DecoderStep(Func<DecoderStage> CreateStage, Func<byte[], byte[]> BytesOf);
