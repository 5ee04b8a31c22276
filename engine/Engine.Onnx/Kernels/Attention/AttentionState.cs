using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>
/// A softmax of some rows under way: for each row the largest score so far, the sum of the exponentials below it, and the values weighted with them. Whether
/// parts are merged as they come or kept and merged later makes no difference, as long as their order is that of the tokens.
/// </summary>
internal readonly unsafe struct AttentionState
{
    private readonly float* _memory;
    private readonly int _rows;

    /// <param name="memory">As many floats as <see cref="Size"/> says, on a cache-line border.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="headSize">Elements of a head.</param>
    public AttentionState(float* memory, int rows, int headSize)
    {
        _memory = memory;
        _rows = rows;
        Width = AttentionPanels.Width(headSize);
    }

    /// <summary>Floats from one row of <see cref="Outputs"/> to the next: the head's elements, filled up to a whole panel.</summary>
    public int Width { get; }

    /// <summary><c>[rows]</c>; negative infinity for a row that has seen nothing.</summary>
    public float* Maxima => _memory;

    public float* Sums => _memory + _rows;

    public float* Outputs => _memory + Padded(2 * _rows);

    public static int Size(int rows, int headSize) => Padded(2 * rows) + rows * AttentionPanels.Width(headSize);

    /// <summary>Nothing seen.</summary>
    public void Clear()
    {
        new Span<float>(Maxima, _rows).Fill(float.NegativeInfinity);
        new Span<float>(Sums, _rows).Clear();
        new Span<float>(Outputs, _rows * Width).Clear();
    }

    /// <summary>Adds what later tokens gave.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public void Merge(in AttentionState later)
    {
        for (int row = 0; row < _rows; row++)
        {
            float before = Maxima[row];
            float added = later.Maxima[row];
            if (float.IsNegativeInfinity(added))
            {
                continue;
            }

            float max = Math.Max(before, added);
            Vector256<float> factors = VectorMath.ExpNotLarge(Vector256.Create(before - max, added - max, 0, 0, 0, 0, 0, 0));
            Maxima[row] = max;
            Sums[row] = MathF.FusedMultiplyAdd(Sums[row], factors[0], later.Sums[row] * factors[1]);
            Vector256<float> old = Vector256.Create(factors[0]);
            Vector256<float> fresh = Vector256.Create(factors[1]);
            float* target = Outputs + (long)row * Width;
            float* source = later.Outputs + (long)row * Width;
            for (int d = 0; d < Width; d += 8)
            {
                Vector256.FusedMultiplyAdd(Vector256.Load(target + d), old, Vector256.Load(source + d) * fresh).Store(target + d);
            }
        }
    }

    /// <summary>Divides by the sums and writes the unit's output; zeros for a row that has seen nothing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public void Finish(in AttentionUnit unit)
    {
        AttentionParameters parameters = unit.Parameters;
        int headSize = parameters.HeadSize;
        for (int row = 0; row < _rows; row++)
        {
            int head = unit.QueryHead(row);
            float* source = Outputs + (long)row * Width;
            float* target = unit.Output + row / parameters.GroupSize * unit.OutputStride + (long)head * headSize;
            float factor = Factor(parameters, head, Maxima[row], Sums[row]);
            int d = 0;
            for (; d + 8 <= headSize; d += 8)
            {
                (Vector256.Load(source + d) * Vector256.Create(factor)).Store(target + d);
            }

            for (; d < headSize; d++)
            {
                target[d] = source[d] * factor;
            }
        }
    }

    private static float Factor(in AttentionParameters parameters, int head, float max, float sum)
    {
        if (parameters.Sinks is null && !parameters.SmoothSoftmax)
        {
            return float.IsNegativeInfinity(max) ? 0 : 1 / sum;
        }

        float sink = parameters.Sinks is null ? 0 : parameters.Sinks[head];
        float larger = Math.Max(max, sink);
        Vector256<float> factors = VectorMath.ExpNotLarge(Vector256.Create(max - larger, sink - larger, 0, 0, 0, 0, 0, 0));
        return factors[0] / MathF.FusedMultiplyAdd(sum, factors[0], factors[1]);
    }

    private static int Padded(int floats) => (floats + 15) & ~15;
}
