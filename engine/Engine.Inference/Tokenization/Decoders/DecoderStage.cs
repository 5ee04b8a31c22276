namespace Engine.Inference.Tokenization.Decoders;

/// <summary>
/// One step from token spellings back to text, as a stream: tokens go in one by one, and what is certain of the result goes to the next step
/// at once. A token may arrive in parts where a step before has fused tokens: then only its first part begins it and only its last ends it.
/// Parts are never cut inside a character. One chain of stages belongs to one sequence.
/// </summary>
internal abstract class DecoderStage
{
    public DecoderStage? Next { get; set; }

    public abstract void Push(ReadOnlySpan<byte> text, bool begins, bool ends);

    /// <summary>Nothing follows: gives what was held back and tells the next step.</summary>
    public virtual void Finish() => Next!.Finish();

    /// <summary>Makes another stage of the same settings go on from where this one is.</summary>
    public virtual void CopyTo(DecoderStage other)
    {
    }

    protected void PushToken(ReadOnlySpan<byte> text) => Next!.Push(text, begins: true, ends: true);
}
