namespace Engine.Inference.Models;

/// <summary>
/// What the folder says about its decoder's graph. 0 where it is silent: then the graph itself is asked; where both speak they must agree.
/// </summary>
public sealed record DecoderConfig
{
    /// <summary>Width of the hidden state.</summary>
    public int HiddenSize { get; init; }

    /// <summary>Width of one attention head.</summary>
    public int HeadSize { get; init; }

    /// <summary>Heads of queries.</summary>
    public int AttentionHeadCount { get; init; }

    /// <summary>Heads of keys and values.</summary>
    public int KeyValueHeadCount { get; init; }

    /// <summary>Layers.</summary>
    public int LayerCount { get; init; }

    /// <summary>Whether one tensor may be bound as past and as present (<c>past_present_share_buffer</c>).</summary>
    public bool SharesPastAndPresent { get; init; }

    /// <summary>The execution providers that the folder names, as in <c>cuda</c>, in its order; none: the processor.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    /// <summary>Names of the graph's inputs and outputs.</summary>
    public DecoderNames Names { get; init; } = new();
}
