using System.Diagnostics.CodeAnalysis;
using Engine.Onnx.Graphs;

namespace Engine.Inference.Runners;

/// <summary>A state that a graph carries from one call to the next: the input that takes it and the output that gives it.</summary>
/// <param name="Past">The input.</param>
/// <param name="Present">The output.</param>
/// <param name="Layer">The layer it belongs to.</param>
/// <param name="Kind">What it holds.</param>
[Experimental("ENGINE001")]
public sealed record CachePair(ValueInfo Past, ValueInfo Present, int Layer, CacheKind Kind)
{
    /// <summary>The axis along which it grows with every token; -1 for a state of fixed size.</summary>
    public int SequenceAxis => Kind switch
    {
        CacheKind.Key or CacheKind.Value => 2,
        CacheKind.KeyAndValue => 3,
        _ => -1,
    };

    /// <summary>The axis of the sequences of a batch.</summary>
    public int BatchAxis => Kind == CacheKind.KeyAndValue ? 1 : 0;
}

/// <summary>What a <see cref="CachePair"/> holds.</summary>
[Experimental("ENGINE001")]
public enum CacheKind
{
    /// <summary>Keys, <c>[batch, heads, tokens, head size]</c>.</summary>
    Key,

    /// <summary>Values, <c>[batch, heads, tokens, head size]</c>.</summary>
    Value,

    /// <summary>Keys and values in one tensor, <c>[2, batch, heads, tokens, head size]</c>.</summary>
    KeyAndValue,

    /// <summary>A state whose size does not depend on the tokens seen: of a convolution or a recurrence.</summary>
    Fixed,
}
