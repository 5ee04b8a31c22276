using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Onnx.Kernels.Moves;

/// <summary>
/// Gathers elements that lie at regular distances into one dense run: transposing, slicing, repeating. Distances may be zero (repeat) or negative (backwards).
/// </summary>
internal static class StridedCopy
{
    /// <param name="source">All elements.</param>
    /// <param name="target">The result, dense, in row-major order of <paramref name="sizes"/>.</param>
    /// <param name="start">Index in the source of the first element.</param>
    /// <param name="sizes">The result's dimensions, outermost first, at most 16.</param>
    /// <param name="strides">For each, the distance in the source between neighbours.</param>
    /// <param name="elementSize">Bytes of an element: 1, 2, 4, 8 or 16.</param>
    public static void Run(ReadOnlySpan<byte> source, Span<byte> target, long start, ReadOnlySpan<int> sizes, ReadOnlySpan<long> strides, int elementSize)
    {
        switch (elementSize)
        {
            case 1: Run(source, target, start, sizes, strides); break;
            case 2: Run(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<byte, ushort>(target), start, sizes, strides); break;
            case 4: Run(MemoryMarshal.Cast<byte, uint>(source), MemoryMarshal.Cast<byte, uint>(target), start, sizes, strides); break;
            case 8: Run(MemoryMarshal.Cast<byte, ulong>(source), MemoryMarshal.Cast<byte, ulong>(target), start, sizes, strides); break;
            default: Run(MemoryMarshal.Cast<byte, UInt128>(source), MemoryMarshal.Cast<byte, UInt128>(target), start, sizes, strides); break;
        }
    }

    [SkipLocalsInit]
    private static void Run<T>(ReadOnlySpan<T> source, Span<T> target, long start, ReadOnlySpan<int> sizes, ReadOnlySpan<long> strides)
    {
        if (target.IsEmpty)
        {
            return;
        }

        // Neighbouring dimensions that continue each other are one; those of size 1 are none.
        Span<int> size = stackalloc int[16];
        Span<long> stride = stackalloc long[16];
        int rank = 0;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] == 1)
            {
                continue;
            }

            if (rank > 0 && stride[rank - 1] == strides[axis] * sizes[axis])
            {
                size[rank - 1] *= sizes[axis];
                stride[rank - 1] = strides[axis];
                continue;
            }

            size[rank] = sizes[axis];
            stride[rank++] = strides[axis];
        }

        if (rank == 0)
        {
            target[0] = source[(int)start];
            return;
        }

        int inner = size[rank - 1];
        int step = (int)stride[rank - 1];
        Span<int> position = stackalloc int[16];
        position.Clear();
        for (int done = 0, from = (int)start; done < target.Length; done += inner)
        {
            CopyRun(source, target.Slice(done, inner), from, step);
            for (int axis = rank - 2; axis >= 0; axis--)
            {
                from += (int)stride[axis];
                if (++position[axis] < size[axis])
                {
                    break;
                }

                from -= (int)(stride[axis] * size[axis]);
                position[axis] = 0;
            }
        }
    }

    private static void CopyRun<T>(ReadOnlySpan<T> source, Span<T> target, int from, int step)
    {
        if (step == 1)
        {
            source.Slice(from, target.Length).CopyTo(target);
            return;
        }

        if (step == 0)
        {
            target.Fill(source[from]);
            return;
        }

        for (int i = 0; i < target.Length; i++)
        {
            target[i] = source[from + (i * step)];
        }
    }
}
