using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Gemm;

/// <summary>Sixteen columns of a matrix against a tile of 1, 2, 4 or 6 rows: every element of the product is one chain of FMAs along K.</summary>
internal static unsafe class DenseTiles
{
    /// <summary>Columns of a group.</summary>
    public const int Columns = 16;

    /// <summary>The tile that serves the next rows best; a tile of 4 or 6 may have rows too many, which are zeros.</summary>
    public static int NextTile(int rowsLeft) => rowsLeft switch { 1 => 1, 2 => 2, <= 4 => 4, <= 6 => 6, <= 8 => 4, _ => 6 };

    /// <param name="rows">Size of the tile.</param>
    /// <param name="b">The sixteen columns in the first row of the matrix.</param>
    /// <param name="rowBytes">Bytes from one row of the matrix to the next.</param>
    /// <param name="depth">Rows of the matrix, K.</param>
    /// <param name="a">The tile, <c>[K, rows]</c>.</param>
    /// <param name="sums">Receives <c>[rows, 16]</c>.</param>
    public static void Run<TElement>(int rows, byte* b, nint rowBytes, int depth, float* a, float* sums)
        where TElement : struct, IStoredElement
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

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Run1<TElement>(byte* b, nint rowBytes, int depth, float* a, float* sums)
        where TElement : struct, IStoredElement
    {
        Vector256<float> s00 = Vector256<float>.Zero, s01 = Vector256<float>.Zero;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> b0 = TElement.Load(b);
            Vector256<float> b1 = TElement.Load(b + 8 * TElement.Size);
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
        where TElement : struct, IStoredElement
    {
        Vector256<float> s00 = Vector256<float>.Zero, s01 = Vector256<float>.Zero;
        Vector256<float> s10 = Vector256<float>.Zero, s11 = Vector256<float>.Zero;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> b0 = TElement.Load(b);
            Vector256<float> b1 = TElement.Load(b + 8 * TElement.Size);
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
        where TElement : struct, IStoredElement
    {
        Vector256<float> s00 = Vector256<float>.Zero, s01 = Vector256<float>.Zero;
        Vector256<float> s10 = Vector256<float>.Zero, s11 = Vector256<float>.Zero;
        Vector256<float> s20 = Vector256<float>.Zero, s21 = Vector256<float>.Zero;
        Vector256<float> s30 = Vector256<float>.Zero, s31 = Vector256<float>.Zero;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> b0 = TElement.Load(b);
            Vector256<float> b1 = TElement.Load(b + 8 * TElement.Size);
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
        where TElement : struct, IStoredElement
    {
        Vector256<float> s00 = Vector256<float>.Zero, s01 = Vector256<float>.Zero;
        Vector256<float> s10 = Vector256<float>.Zero, s11 = Vector256<float>.Zero;
        Vector256<float> s20 = Vector256<float>.Zero, s21 = Vector256<float>.Zero;
        Vector256<float> s30 = Vector256<float>.Zero, s31 = Vector256<float>.Zero;
        Vector256<float> s40 = Vector256<float>.Zero, s41 = Vector256<float>.Zero;
        Vector256<float> s50 = Vector256<float>.Zero, s51 = Vector256<float>.Zero;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> b0 = TElement.Load(b);
            Vector256<float> b1 = TElement.Load(b + 8 * TElement.Size);
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
