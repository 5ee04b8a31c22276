using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Gemm;

/// <summary>Sixteen columns of a matrix against a tile of 1, 2, 4 or 6 rows: every element of the product is one chain of FMAs along K.</summary>
internal static unsafe class DenseTiles
{
    /// <summary>Columns of a group.</summary>
    public const int Columns = 16;

    /// <summary>Rows of the largest tile.</summary>
    public const int MostRows = 6;

    /// <summary>How many rows of the matrix ahead it is fetched; the processor's own prefetching stops at the page.</summary>
    private const int PrefetchRows = 64;

    /// <summary>The tile that serves the next rows best; a tile of 4 or 6 may have rows too many, which are zeros.</summary>
    public static int NextTile(int rowsLeft) => rowsLeft switch { 1 => 1, 2 => 2, <= 4 => 4, <= 6 => 6, <= 8 => 4, _ => 6 };

    /// <summary>sums += a * b.</summary>
    /// <param name="rows">Size of the tile.</param>
    /// <param name="b">The sixteen columns in the first row of the matrix.</param>
    /// <param name="rowBytes">Bytes from one row of the matrix to the next.</param>
    /// <param name="depth">Rows of the matrix, K.</param>
    /// <param name="a">The tile, <c>[K, rows]</c>.</param>
    /// <param name="sums">What came before, and what then is: <c>[rows, 16]</c>.</param>
    public static void Run<TElement>(int rows, byte* b, nint rowBytes, int depth, float* a, float* sums)
        where TElement : struct, IDenseElement
    {
        switch (rows)
        {
            case 1:
                Run1<TElement>(b, rowBytes, depth, a, sums);
                break;
            case 2:
                Run2<TElement>(b, rowBytes, depth, a, sums);
                break;
            case 4:
                Run4<TElement>(b, rowBytes, depth, a, sums);
                break;
            default:
                Run6<TElement>(b, rowBytes, depth, a, sums);
                break;
        }
    }

    /// <summary>Turns rows <c>[rows, depth]</c> into tiles <c>[depth, tile rows]</c>, filling the last one up with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* source, int rows, int depth, float* tiles)
    {
        for (int row = 0; row < rows;)
        {
            int tileRows = NextTile(rows - row);
            int exist = Math.Min(tileRows, rows - row);
            for (int i = exist; i < tileRows; i++)
            {
                for (int k = 0; k < depth; k++)
                {
                    tiles[(long)k * tileRows + i] = 0;
                }
            }

            // Two rows at a time: a store then follows its neighbour.
            int pair = 0;
            for (; pair + 2 <= exist; pair += 2)
            {
                float* first = source + (long)(row + pair) * depth;
                float* target = tiles + pair;
                for (int k = 0; k < depth; k++)
                {
                    target[0] = first[k];
                    target[1] = first[depth + k];
                    target += tileRows;
                }
            }

            for (int k = 0; pair < exist && k < depth; k++)
            {
                tiles[(long)k * tileRows + pair] = source[(long)(row + pair) * depth + k];
            }

            tiles += (long)depth * tileRows;
            row += tileRows;
        }
    }

    /// <summary>Copies <paramref name="width"/> columns as fp32 to <c>[depth, 16]</c>, filled up with zeros. Fewer than sixteen exist of fp32 alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen<TElement>(byte* b, nint rowBytes, int depth, int width, float* panel)
        where TElement : struct, IDenseElement
    {
        for (int k = 0; k < depth; k++)
        {
            if (width < Columns)
            {
                new Span<float>(panel, Columns).Clear();
                new ReadOnlySpan<float>(b, width).CopyTo(new Span<float>(panel, width));
            }
            else
            {
                (Vector256<float> low, Vector256<float> high) = TElement.Load(b);
                low.Store(panel);
                high.Store(panel + 8);
            }

            panel += Columns;
            b += rowBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* b, nint rowBytes)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(b + PrefetchRows * rowBytes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Run1<TElement>(byte* b, nint rowBytes, int depth, float* a, float* sums)
        where TElement : struct, IDenseElement
    {
        Vector256<float> s00 = Vector256.Load(sums), s01 = Vector256.Load(sums + 8);
        for (int k = 0; k < depth; k++)
        {
            Prefetch(b, rowBytes);
            (Vector256<float> b0, Vector256<float> b1) = TElement.Load(b);
            Vector256<float> x = Vector256.Create(a[0]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            a += 1;
            b += rowBytes;
        }

        s00.Store(sums);
        s01.Store(sums + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Run2<TElement>(byte* b, nint rowBytes, int depth, float* a, float* sums)
        where TElement : struct, IDenseElement
    {
        Vector256<float> s00 = Vector256.Load(sums), s01 = Vector256.Load(sums + 8);
        Vector256<float> s10 = Vector256.Load(sums + 16), s11 = Vector256.Load(sums + 24);
        for (int k = 0; k < depth; k++)
        {
            Prefetch(b, rowBytes);
            (Vector256<float> b0, Vector256<float> b1) = TElement.Load(b);
            Vector256<float> x = Vector256.Create(a[0]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            x = Vector256.Create(a[1]);
            s10 = Vector256.FusedMultiplyAdd(b0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(b1, x, s11);
            a += 2;
            b += rowBytes;
        }

        s00.Store(sums);
        s01.Store(sums + 8);
        s10.Store(sums + 16);
        s11.Store(sums + 24);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Run4<TElement>(byte* b, nint rowBytes, int depth, float* a, float* sums)
        where TElement : struct, IDenseElement
    {
        Vector256<float> s00 = Vector256.Load(sums), s01 = Vector256.Load(sums + 8);
        Vector256<float> s10 = Vector256.Load(sums + 16), s11 = Vector256.Load(sums + 24);
        Vector256<float> s20 = Vector256.Load(sums + 32), s21 = Vector256.Load(sums + 40);
        Vector256<float> s30 = Vector256.Load(sums + 48), s31 = Vector256.Load(sums + 56);
        for (int k = 0; k < depth; k++)
        {
            Prefetch(b, rowBytes);
            (Vector256<float> b0, Vector256<float> b1) = TElement.Load(b);
            Vector256<float> x = Vector256.Create(a[0]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            x = Vector256.Create(a[1]);
            s10 = Vector256.FusedMultiplyAdd(b0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(b1, x, s11);
            x = Vector256.Create(a[2]);
            s20 = Vector256.FusedMultiplyAdd(b0, x, s20);
            s21 = Vector256.FusedMultiplyAdd(b1, x, s21);
            x = Vector256.Create(a[3]);
            s30 = Vector256.FusedMultiplyAdd(b0, x, s30);
            s31 = Vector256.FusedMultiplyAdd(b1, x, s31);
            a += 4;
            b += rowBytes;
        }

        s00.Store(sums);
        s01.Store(sums + 8);
        s10.Store(sums + 16);
        s11.Store(sums + 24);
        s20.Store(sums + 32);
        s21.Store(sums + 40);
        s30.Store(sums + 48);
        s31.Store(sums + 56);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Run6<TElement>(byte* b, nint rowBytes, int depth, float* a, float* sums)
        where TElement : struct, IDenseElement
    {
        Vector256<float> s00 = Vector256.Load(sums), s01 = Vector256.Load(sums + 8);
        Vector256<float> s10 = Vector256.Load(sums + 16), s11 = Vector256.Load(sums + 24);
        Vector256<float> s20 = Vector256.Load(sums + 32), s21 = Vector256.Load(sums + 40);
        Vector256<float> s30 = Vector256.Load(sums + 48), s31 = Vector256.Load(sums + 56);
        Vector256<float> s40 = Vector256.Load(sums + 64), s41 = Vector256.Load(sums + 72);
        Vector256<float> s50 = Vector256.Load(sums + 80), s51 = Vector256.Load(sums + 88);
        for (int k = 0; k < depth; k++)
        {
            (Vector256<float> b0, Vector256<float> b1) = TElement.Load(b);
            Vector256<float> x = Vector256.Create(a[0]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            x = Vector256.Create(a[1]);
            s10 = Vector256.FusedMultiplyAdd(b0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(b1, x, s11);
            x = Vector256.Create(a[2]);
            s20 = Vector256.FusedMultiplyAdd(b0, x, s20);
            s21 = Vector256.FusedMultiplyAdd(b1, x, s21);
            x = Vector256.Create(a[3]);
            s30 = Vector256.FusedMultiplyAdd(b0, x, s30);
            s31 = Vector256.FusedMultiplyAdd(b1, x, s31);
            x = Vector256.Create(a[4]);
            s40 = Vector256.FusedMultiplyAdd(b0, x, s40);
            s41 = Vector256.FusedMultiplyAdd(b1, x, s41);
            x = Vector256.Create(a[5]);
            s50 = Vector256.FusedMultiplyAdd(b0, x, s50);
            s51 = Vector256.FusedMultiplyAdd(b1, x, s51);
            a += 6;
            b += rowBytes;
        }

        s00.Store(sums);
        s01.Store(sums + 8);
        s10.Store(sums + 16);
        s11.Store(sums + 24);
        s20.Store(sums + 32);
        s21.Store(sums + 40);
        s30.Store(sums + 48);
        s31.Store(sums + 56);
        s40.Store(sums + 64);
        s41.Store(sums + 72);
        s50.Store(sums + 80);
        s51.Store(sums + 88);
    }
}
