using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Activation rows as the float kernels read them, a tile of rows at a time: for every column the values of the tile's rows side by side,
/// padded with zeros to whole blocks, then the sums of every block. A field is taken out of its word by a mask alone and so is too large by
/// a power of two; the activations are divided by that power here, once, which is exact.
/// </summary>
internal static unsafe class FloatActivations
{
    /// <summary>Floats that a tile takes.</summary>
    public static long TileLength(in BlockLayout layout, int tileRows) => (long)layout.BlockCount * (layout.BlockSize + 1) * tileRows;

    /// <summary>The sums of the blocks of a tile, <c>[BlockCount, tileRows]</c>.</summary>
    public static float* Sums(float* tile, in BlockLayout layout, int tileRows) => tile + (long)layout.BlockCount * layout.BlockSize * tileRows;

    /// <summary>Packs <paramref name="rows"/> rows and fills the tile up with rows of zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<TFormat>(float* source, nint stride, int rows, int columns, in BlockLayout layout, float* tile, int tileRows)
        where TFormat : struct, IFieldFormat
    {
        int fields = 32 / TFormat.Bits;
        float* factors = stackalloc float[16];
        for (int i = 0; i < 16; i++)
        {
            int field = i % fields;
            factors[i] = field == fields - 1 ? 1 : MathF.ScaleB(1, -TFormat.Bits * field);
        }

        float* sums = Sums(tile, layout, tileRows);
        float* block = stackalloc float[layout.BlockSize];
        for (int row = 0; row < tileRows; row++)
        {
            for (int b = 0; b < layout.BlockCount; b++)
            {
                float* values = source + row * stride + (long)b * layout.BlockSize;
                int length = row < rows ? Math.Min(layout.BlockSize, columns - b * layout.BlockSize) : 0;
                if (length < layout.BlockSize)
                {
                    new Span<float>(block, layout.BlockSize).Clear();
                    new ReadOnlySpan<float>(values, length).CopyTo(new Span<float>(block, layout.BlockSize));
                    values = block;
                }

                sums[b * tileRows + row] = Sum(values, layout.BlockSize);
                float* target = tile + (long)b * layout.BlockSize * tileRows + row;
                if (tileRows == 1)
                {
                    Scale(values, factors, layout.BlockSize, target);
                    continue;
                }

                Scale(values, factors, layout.BlockSize, block);
                for (int i = 0; i < layout.BlockSize; i += 4)
                {
                    target[0] = block[i];
                    target[tileRows] = block[i + 1];
                    target[2 * tileRows] = block[i + 2];
                    target[3 * tileRows] = block[i + 3];
                    target += 4 * tileRows;
                }
            }
        }
    }

    /// <summary>Sixteen running sums, added up in halves: one order for every vector width.</summary>
    private static float Sum(float* values, int count)
    {
        Vector256<float> low = Vector256<float>.Zero;
        Vector256<float> high = Vector256<float>.Zero;
        for (int i = 0; i < count; i += 16)
        {
            low += Vector256.Load(values + i);
            high += Vector256.Load(values + i + 8);
        }

        return Lanes.Sum(low, high);
    }

    private static void Scale(float* values, float* factors, int count, float* target)
    {
        Vector256<float> low = Vector256.Load(factors);
        Vector256<float> high = Vector256.Load(factors + 8);
        for (int i = 0; i < count; i += 16)
        {
            (Vector256.Load(values + i) * low).Store(target + i);
            (Vector256.Load(values + i + 8) * high).Store(target + i + 8);
        }
    }
}
