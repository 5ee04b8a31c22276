using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Onnx.Tensors;

/// <summary>The dimensions of a tensor, outermost first, at most <see cref="MaxRank"/>. A value: creating one allocates nothing.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The most dimensions a tensor may have.</summary>
    public const int MaxRank = 8;

    private readonly Dimensions8 _dimensions;

    /// <summary>Creates a shape; no dimensions make a scalar.</summary>
    /// <param name="dimensions">Outermost first, none negative, at most <see cref="MaxRank"/>.</param>
    /// <exception cref="ArgumentException">Too many, or a negative one.</exception>
    public Shape(params ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length > MaxRank)
        {
            throw new ArgumentException($"a tensor of {dimensions.Length} dimensions; at most {MaxRank} are supported.", nameof(dimensions));
        }

        Rank = dimensions.Length;
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (dimensions[i] < 0)
            {
                throw new ArgumentException($"dimension {i} is {dimensions[i]}; a dimension cannot be negative.", nameof(dimensions));
            }

            _dimensions[i] = dimensions[i];
        }
    }

    /// <summary>The shape of a single value: no dimensions.</summary>
    public static Shape Scalar => default;

    /// <summary>How many dimensions.</summary>
    public int Rank { get; }

    /// <summary>The dimensions, outermost first.</summary>
    [UnscopedRef]
    public ReadOnlySpan<int> Dimensions => MemoryMarshal.CreateReadOnlySpan(in Unsafe.As<Dimensions8, int>(ref Unsafe.AsRef(in _dimensions)), Rank);

    /// <summary>The product of the dimensions: 1 for a scalar.</summary>
    /// <exception cref="OverflowException">More elements than a 64-bit count holds.</exception>
    public long ElementCount => CountOf(Dimensions);

    /// <summary>Dimension <paramref name="axis"/>, counted from the outermost.</summary>
    public int this[int axis] => Dimensions[axis];

    /// <summary>Dimension <paramref name="axis"/>; <c>^1</c> is the innermost.</summary>
    public int this[Index axis] => Dimensions[axis];

    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The product of some dimensions.</summary>
    /// <exception cref="OverflowException">More elements than a 64-bit count holds.</exception>
    public static long CountOf(ReadOnlySpan<int> dimensions)
    {
        long count = 1;
        foreach (int dimension in dimensions)
        {
            count = checked(count * dimension);
        }

        return count;
    }

    /// <summary>The shape that two shapes broadcast to by NumPy's rule: aligned at the innermost dimension, 1 stretches.</summary>
    /// <returns>False when they do not fit.</returns>
    public static bool TryBroadcast(in Shape left, in Shape right, out Shape result)
    {
        int rank = Math.Max(left.Rank, right.Rank);
        Span<int> dimensions = stackalloc int[MaxRank];
        for (int i = 1; i <= rank; i++)
        {
            int a = i <= left.Rank ? left[left.Rank - i] : 1;
            int b = i <= right.Rank ? right[right.Rank - i] : 1;
            if (a != b && a != 1 && b != 1)
            {
                result = default;
                return false;
            }

            dimensions[rank - i] = a == 1 ? b : a;
        }

        result = new Shape(dimensions[..rank]);
        return true;
    }

    /// <summary>The elements of the dimensions from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public long CountBetween(int start, int end) => CountOf(Dimensions[start..end]);

    /// <summary>The same shape with another size of one dimension.</summary>
    public Shape With(int axis, int size)
    {
        Span<int> dimensions = stackalloc int[MaxRank];
        Dimensions.CopyTo(dimensions);
        dimensions[..Rank][axis] = size;
        return new Shape(dimensions[..Rank]);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int dimension in Dimensions)
        {
            hash.Add(dimension);
        }

        return hash.ToHashCode();
    }

    /// <summary>As messages write it: <c>[2,3]</c>.</summary>
    public override string ToString() => $"[{string.Join(',', Dimensions.ToArray())}]";

    [InlineArray(MaxRank)]
    private struct Dimensions8
    {
        private int _first;
    }
}
