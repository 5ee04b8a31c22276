namespace Engine.Inference.Runners.Rewriting;

/// <summary>
/// What is known of a value that has a row for every token: all its dimensions, and along which one the tokens lie. What is in a token's rows is
/// computed from that token alone.
/// </summary>
/// <param name="dimensions">The sizes; at <paramref name="axis"/> the rows that one token has there (heads, say, after a reshape), neighbours of each other.</param>
/// <param name="axis">The dimension along which the tokens lie.</param>
internal sealed class TokenRows(long[] dimensions, int axis)
{
    /// <summary>The sizes, with rows of one token at <see cref="Axis"/>.</summary>
    public long[] Dimensions { get; } = dimensions;

    /// <summary>The dimension along which the tokens lie.</summary>
    public int Axis { get; } = axis;

    public int Rank => Dimensions.Length;

    /// <summary>Whether a token's elements lie together: nothing but ones before the tokens' dimension.</summary>
    public bool IsContiguous => Dimensions.AsSpan(0, Axis).IndexOfAnyExcept(1) < 0;

    /// <summary>Whether it is <c>[1, tokens, …]</c> with one row a token.</summary>
    public bool IsPlain => Axis == 1 && Dimensions[0] == 1 && Dimensions[1] == 1;

    /// <summary>Elements of one token.</summary>
    public long Count => Dimensions.Aggregate(1L, (product, size) => product * size);

    /// <summary>An axis counted from the front; negative ones are counted from the end. -1 if there is no such axis.</summary>
    public int AxisOf(long axis) => axis >= -Rank && axis < Rank ? (int)(axis < 0 ? axis + Rank : axis) : -1;

    /// <summary>The same with another last dimension.</summary>
    public TokenRows WithLast(long size) => new([.. Dimensions[..^1], size], Axis);
}
