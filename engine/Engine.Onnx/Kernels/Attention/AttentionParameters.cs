namespace Engine.Onnx.Kernels.Attention;

/// <summary>What the attention operators of a model say by attributes and small inputs.</summary>
internal readonly unsafe struct AttentionParameters
{
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values; a divisor of <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    public required int HeadSize { get; init; }

    /// <summary>Factor of the scores, usually 1 / sqrt(head size).</summary>
    public required float Scale { get; init; }

    /// <summary>Scores become cap * tanh(score / cap); 0 for none.</summary>
    public float SoftCap { get; init; }

    /// <summary>Tokens that a token sees, itself among them; below 1 for all.</summary>
    public int Window { get; init; }

    /// <summary>Whether the softmax has one more element, a score of 0 without a value.</summary>
    public bool SmoothSoftmax { get; init; }

    /// <summary>The score of one more element without a value, for every head; null for none.</summary>
    public float* Sinks { get; init; }

    /// <summary>Query heads that share one head of keys and values.</summary>
    public int GroupSize => Heads / KeyValueHeads;

    /// <summary>The first token that the token at <paramref name="position"/> sees.</summary>
    public int FirstVisible(int position) => Window < 1 ? 0 : Math.Max(0, position - Window + 1);
}
