using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>
/// The one product that attention is made of: up to six rows times panels of sixteen columns. Scores are queries times keys, a column a token; outputs are
/// weights times values, a column an element of the head. An element is one chain of FMAs in the panel's order, whatever the tile.
/// </summary>
/// <remarks>A tile of few rows has too few chains to keep two FMA units busy, so it takes two panels at once.</remarks>
internal static unsafe class AttentionTiles
{
    /// <summary>Columns of a panel, and tokens whose keys lie side by side in a cache.</summary>
    public const int TokenLanes = 16;

    /// <summary>Rows of the tile that serves the next rows best.</summary>
    public static int NextTile(int rowsLeft) => rowsLeft switch { <= 6 => rowsLeft, 7 or 8 => 4, 9 or 10 => 5, _ => 6 };

    /// <summary>c = a . b, or c += a . b, for a tile of rows and one panel or two.</summary>
    /// <param name="rows">Rows of the tile, 1 to 6.</param>
    /// <param name="a"><c>[rows, count]</c>.</param>
    /// <param name="aStride">Floats from one row of <paramref name="a"/> to the next.</param>
    /// <param name="b">The panel, <c>[count, 16]</c>.</param>
    /// <param name="second">The second panel; null for none.</param>
    /// <param name="count">Products of an element.</param>
    /// <param name="adds">Whether the chains go on from what <paramref name="c"/> holds, instead of from zero.</param>
    /// <param name="c"><c>[rows, 16]</c>, or with a second panel <c>[rows, 32]</c>.</param>
    /// <param name="cStride">Floats from one row of <paramref name="c"/> to the next.</param>
    public static void Multiply(int rows, float* a, nint aStride, float* b, float* second, nint count, bool adds, float* c, nint cStride)
    {
        if (second is null)
        {
            MultiplyOne(rows, a, aStride, b, count, adds, c, cStride);
            return;
        }

        switch (rows)
        {
            case 1:
                Multiply1Twice(a, aStride, b, second, count, adds, c, cStride);
                break;
            case 2:
                Multiply2Twice(a, aStride, b, second, count, adds, c, cStride);
                break;
            case 3:
                Multiply3Twice(a, aStride, b, second, count, adds, c, cStride);
                break;
            default:
                MultiplyOne(rows, a, aStride, b, count, adds, c, cStride);
                MultiplyOne(rows, a, aStride, second, count, adds, c + TokenLanes, cStride);
                break;
        }
    }

    private static void MultiplyOne(int rows, float* a, nint aStride, float* b, nint count, bool adds, float* c, nint cStride)
    {
        switch (rows)
        {
            case 1:
                Multiply1(a, aStride, b, count, adds, c, cStride);
                break;
            case 2:
                Multiply2(a, aStride, b, count, adds, c, cStride);
                break;
            case 3:
                Multiply3(a, aStride, b, count, adds, c, cStride);
                break;
            case 4:
                Multiply4(a, aStride, b, count, adds, c, cStride);
                break;
            case 5:
                Multiply5(a, aStride, b, count, adds, c, cStride);
                break;
            default:
                Multiply6(a, aStride, b, count, adds, c, cStride);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply1(float* a, nint aStride, float* b, nint count, bool adds, float* c, nint cStride)
    {
        Vector256<float> s00 = default, s01 = default;
        if (adds)
        {
            s00 = Vector256.Load(c);
            s01 = Vector256.Load(c + 8);
        }

        for (nint i = 0; i < count; i++)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(a[i]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            b += TokenLanes;
        }

        s00.Store(c);
        s01.Store(c + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply2(float* a, nint aStride, float* b, nint count, bool adds, float* c, nint cStride)
    {
        float* a1 = a + aStride, c1 = c + cStride;
        Vector256<float> s00 = default, s01 = default;
        Vector256<float> s10 = default, s11 = default;
        if (adds)
        {
            s00 = Vector256.Load(c);
            s01 = Vector256.Load(c + 8);
            s10 = Vector256.Load(c1);
            s11 = Vector256.Load(c1 + 8);
        }

        for (nint i = 0; i < count; i++)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(a[i]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            x = Vector256.Create(a1[i]);
            s10 = Vector256.FusedMultiplyAdd(b0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(b1, x, s11);
            b += TokenLanes;
        }

        s00.Store(c);
        s01.Store(c + 8);
        s10.Store(c1);
        s11.Store(c1 + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply3(float* a, nint aStride, float* b, nint count, bool adds, float* c, nint cStride)
    {
        float* a1 = a + aStride, c1 = c + cStride;
        float* a2 = a1 + aStride, c2 = c1 + cStride;
        Vector256<float> s00 = default, s01 = default;
        Vector256<float> s10 = default, s11 = default;
        Vector256<float> s20 = default, s21 = default;
        if (adds)
        {
            s00 = Vector256.Load(c);
            s01 = Vector256.Load(c + 8);
            s10 = Vector256.Load(c1);
            s11 = Vector256.Load(c1 + 8);
            s20 = Vector256.Load(c2);
            s21 = Vector256.Load(c2 + 8);
        }

        for (nint i = 0; i < count; i++)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(a[i]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            x = Vector256.Create(a1[i]);
            s10 = Vector256.FusedMultiplyAdd(b0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(b1, x, s11);
            x = Vector256.Create(a2[i]);
            s20 = Vector256.FusedMultiplyAdd(b0, x, s20);
            s21 = Vector256.FusedMultiplyAdd(b1, x, s21);
            b += TokenLanes;
        }

        s00.Store(c);
        s01.Store(c + 8);
        s10.Store(c1);
        s11.Store(c1 + 8);
        s20.Store(c2);
        s21.Store(c2 + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4(float* a, nint aStride, float* b, nint count, bool adds, float* c, nint cStride)
    {
        float* a1 = a + aStride, c1 = c + cStride;
        float* a2 = a1 + aStride, c2 = c1 + cStride;
        float* a3 = a2 + aStride, c3 = c2 + cStride;
        Vector256<float> s00 = default, s01 = default;
        Vector256<float> s10 = default, s11 = default;
        Vector256<float> s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default;
        if (adds)
        {
            s00 = Vector256.Load(c);
            s01 = Vector256.Load(c + 8);
            s10 = Vector256.Load(c1);
            s11 = Vector256.Load(c1 + 8);
            s20 = Vector256.Load(c2);
            s21 = Vector256.Load(c2 + 8);
            s30 = Vector256.Load(c3);
            s31 = Vector256.Load(c3 + 8);
        }

        for (nint i = 0; i < count; i++)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(a[i]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            x = Vector256.Create(a1[i]);
            s10 = Vector256.FusedMultiplyAdd(b0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(b1, x, s11);
            x = Vector256.Create(a2[i]);
            s20 = Vector256.FusedMultiplyAdd(b0, x, s20);
            s21 = Vector256.FusedMultiplyAdd(b1, x, s21);
            x = Vector256.Create(a3[i]);
            s30 = Vector256.FusedMultiplyAdd(b0, x, s30);
            s31 = Vector256.FusedMultiplyAdd(b1, x, s31);
            b += TokenLanes;
        }

        s00.Store(c);
        s01.Store(c + 8);
        s10.Store(c1);
        s11.Store(c1 + 8);
        s20.Store(c2);
        s21.Store(c2 + 8);
        s30.Store(c3);
        s31.Store(c3 + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply5(float* a, nint aStride, float* b, nint count, bool adds, float* c, nint cStride)
    {
        float* a1 = a + aStride, c1 = c + cStride;
        float* a2 = a1 + aStride, c2 = c1 + cStride;
        float* a3 = a2 + aStride, c3 = c2 + cStride;
        float* a4 = a3 + aStride, c4 = c3 + cStride;
        Vector256<float> s00 = default, s01 = default;
        Vector256<float> s10 = default, s11 = default;
        Vector256<float> s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default;
        Vector256<float> s40 = default, s41 = default;
        if (adds)
        {
            s00 = Vector256.Load(c);
            s01 = Vector256.Load(c + 8);
            s10 = Vector256.Load(c1);
            s11 = Vector256.Load(c1 + 8);
            s20 = Vector256.Load(c2);
            s21 = Vector256.Load(c2 + 8);
            s30 = Vector256.Load(c3);
            s31 = Vector256.Load(c3 + 8);
            s40 = Vector256.Load(c4);
            s41 = Vector256.Load(c4 + 8);
        }

        for (nint i = 0; i < count; i++)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(a[i]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            x = Vector256.Create(a1[i]);
            s10 = Vector256.FusedMultiplyAdd(b0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(b1, x, s11);
            x = Vector256.Create(a2[i]);
            s20 = Vector256.FusedMultiplyAdd(b0, x, s20);
            s21 = Vector256.FusedMultiplyAdd(b1, x, s21);
            x = Vector256.Create(a3[i]);
            s30 = Vector256.FusedMultiplyAdd(b0, x, s30);
            s31 = Vector256.FusedMultiplyAdd(b1, x, s31);
            x = Vector256.Create(a4[i]);
            s40 = Vector256.FusedMultiplyAdd(b0, x, s40);
            s41 = Vector256.FusedMultiplyAdd(b1, x, s41);
            b += TokenLanes;
        }

        s00.Store(c);
        s01.Store(c + 8);
        s10.Store(c1);
        s11.Store(c1 + 8);
        s20.Store(c2);
        s21.Store(c2 + 8);
        s30.Store(c3);
        s31.Store(c3 + 8);
        s40.Store(c4);
        s41.Store(c4 + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply6(float* a, nint aStride, float* b, nint count, bool adds, float* c, nint cStride)
    {
        float* a1 = a + aStride, c1 = c + cStride;
        float* a2 = a1 + aStride, c2 = c1 + cStride;
        float* a3 = a2 + aStride, c3 = c2 + cStride;
        float* a4 = a3 + aStride, c4 = c3 + cStride;
        float* a5 = a4 + aStride, c5 = c4 + cStride;
        Vector256<float> s00 = default, s01 = default;
        Vector256<float> s10 = default, s11 = default;
        Vector256<float> s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default;
        Vector256<float> s40 = default, s41 = default;
        Vector256<float> s50 = default, s51 = default;
        if (adds)
        {
            s00 = Vector256.Load(c);
            s01 = Vector256.Load(c + 8);
            s10 = Vector256.Load(c1);
            s11 = Vector256.Load(c1 + 8);
            s20 = Vector256.Load(c2);
            s21 = Vector256.Load(c2 + 8);
            s30 = Vector256.Load(c3);
            s31 = Vector256.Load(c3 + 8);
            s40 = Vector256.Load(c4);
            s41 = Vector256.Load(c4 + 8);
            s50 = Vector256.Load(c5);
            s51 = Vector256.Load(c5 + 8);
        }

        for (nint i = 0; i < count; i++)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(a[i]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            x = Vector256.Create(a1[i]);
            s10 = Vector256.FusedMultiplyAdd(b0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(b1, x, s11);
            x = Vector256.Create(a2[i]);
            s20 = Vector256.FusedMultiplyAdd(b0, x, s20);
            s21 = Vector256.FusedMultiplyAdd(b1, x, s21);
            x = Vector256.Create(a3[i]);
            s30 = Vector256.FusedMultiplyAdd(b0, x, s30);
            s31 = Vector256.FusedMultiplyAdd(b1, x, s31);
            x = Vector256.Create(a4[i]);
            s40 = Vector256.FusedMultiplyAdd(b0, x, s40);
            s41 = Vector256.FusedMultiplyAdd(b1, x, s41);
            x = Vector256.Create(a5[i]);
            s50 = Vector256.FusedMultiplyAdd(b0, x, s50);
            s51 = Vector256.FusedMultiplyAdd(b1, x, s51);
            b += TokenLanes;
        }

        s00.Store(c);
        s01.Store(c + 8);
        s10.Store(c1);
        s11.Store(c1 + 8);
        s20.Store(c2);
        s21.Store(c2 + 8);
        s30.Store(c3);
        s31.Store(c3 + 8);
        s40.Store(c4);
        s41.Store(c4 + 8);
        s50.Store(c5);
        s51.Store(c5 + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply1Twice(float* a, nint aStride, float* b, float* second, nint count, bool adds, float* c, nint cStride)
    {
        Vector256<float> s00 = default, s01 = default, s02 = default, s03 = default;
        if (adds)
        {
            s00 = Vector256.Load(c);
            s01 = Vector256.Load(c + 8);
            s02 = Vector256.Load(c + 16);
            s03 = Vector256.Load(c + 24);
        }

        for (nint i = 0; i < count; i++)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> b2 = Vector256.Load(second), b3 = Vector256.Load(second + 8);
            Vector256<float> x = Vector256.Create(a[i]);
            s00 = Vector256.FusedMultiplyAdd(b0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(b1, x, s01);
            s02 = Vector256.FusedMultiplyAdd(b2, x, s02);
            s03 = Vector256.FusedMultiplyAdd(b3, x, s03);
            b += TokenLanes;
            second += TokenLanes;
        }

        s00.Store(c);
        s01.Store(c + 8);
        s02.Store(c + 16);
        s03.Store(c + 24);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply2Twice(float* a, nint aStride, float* b, float* second, nint count, bool adds, float* c, nint cStride)
    {
        float* a1 = a + aStride, c1 = c + cStride;
        Vector256<float> s00 = default, s01 = default, s02 = default, s03 = default;
        Vector256<float> s10 = default, s11 = default, s12 = default, s13 = default;
        if (adds)
        {
            s00 = Vector256.Load(c);
            s01 = Vector256.Load(c + 8);
            s02 = Vector256.Load(c + 16);
            s03 = Vector256.Load(c + 24);
            s10 = Vector256.Load(c1);
            s11 = Vector256.Load(c1 + 8);
            s12 = Vector256.Load(c1 + 16);
            s13 = Vector256.Load(c1 + 24);
        }

        for (nint i = 0; i < count; i++)
        {
            Vector256<float> x0 = Vector256.Create(a[i]), x1 = Vector256.Create(a1[i]);
            Vector256<float> y = Vector256.Load(b);
            s00 = Vector256.FusedMultiplyAdd(y, x0, s00);
            s10 = Vector256.FusedMultiplyAdd(y, x1, s10);
            y = Vector256.Load(b + 8);
            s01 = Vector256.FusedMultiplyAdd(y, x0, s01);
            s11 = Vector256.FusedMultiplyAdd(y, x1, s11);
            y = Vector256.Load(second);
            s02 = Vector256.FusedMultiplyAdd(y, x0, s02);
            s12 = Vector256.FusedMultiplyAdd(y, x1, s12);
            y = Vector256.Load(second + 8);
            s03 = Vector256.FusedMultiplyAdd(y, x0, s03);
            s13 = Vector256.FusedMultiplyAdd(y, x1, s13);
            b += TokenLanes;
            second += TokenLanes;
        }

        s00.Store(c);
        s01.Store(c + 8);
        s02.Store(c + 16);
        s03.Store(c + 24);
        s10.Store(c1);
        s11.Store(c1 + 8);
        s12.Store(c1 + 16);
        s13.Store(c1 + 24);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply3Twice(float* a, nint aStride, float* b, float* second, nint count, bool adds, float* c, nint cStride)
    {
        float* a1 = a + aStride, c1 = c + cStride;
        float* a2 = a1 + aStride, c2 = c1 + cStride;
        Vector256<float> s00 = default, s01 = default, s02 = default, s03 = default;
        Vector256<float> s10 = default, s11 = default, s12 = default, s13 = default;
        Vector256<float> s20 = default, s21 = default, s22 = default, s23 = default;
        if (adds)
        {
            s00 = Vector256.Load(c);
            s01 = Vector256.Load(c + 8);
            s02 = Vector256.Load(c + 16);
            s03 = Vector256.Load(c + 24);
            s10 = Vector256.Load(c1);
            s11 = Vector256.Load(c1 + 8);
            s12 = Vector256.Load(c1 + 16);
            s13 = Vector256.Load(c1 + 24);
            s20 = Vector256.Load(c2);
            s21 = Vector256.Load(c2 + 8);
            s22 = Vector256.Load(c2 + 16);
            s23 = Vector256.Load(c2 + 24);
        }

        for (nint i = 0; i < count; i++)
        {
            Vector256<float> x0 = Vector256.Create(a[i]), x1 = Vector256.Create(a1[i]), x2 = Vector256.Create(a2[i]);
            Vector256<float> y = Vector256.Load(b);
            s00 = Vector256.FusedMultiplyAdd(y, x0, s00);
            s10 = Vector256.FusedMultiplyAdd(y, x1, s10);
            s20 = Vector256.FusedMultiplyAdd(y, x2, s20);
            y = Vector256.Load(b + 8);
            s01 = Vector256.FusedMultiplyAdd(y, x0, s01);
            s11 = Vector256.FusedMultiplyAdd(y, x1, s11);
            s21 = Vector256.FusedMultiplyAdd(y, x2, s21);
            y = Vector256.Load(second);
            s02 = Vector256.FusedMultiplyAdd(y, x0, s02);
            s12 = Vector256.FusedMultiplyAdd(y, x1, s12);
            s22 = Vector256.FusedMultiplyAdd(y, x2, s22);
            y = Vector256.Load(second + 8);
            s03 = Vector256.FusedMultiplyAdd(y, x0, s03);
            s13 = Vector256.FusedMultiplyAdd(y, x1, s13);
            s23 = Vector256.FusedMultiplyAdd(y, x2, s23);
            b += TokenLanes;
            second += TokenLanes;
        }

        s00.Store(c);
        s01.Store(c + 8);
        s02.Store(c + 16);
        s03.Store(c + 24);
        s10.Store(c1);
        s11.Store(c1 + 8);
        s12.Store(c1 + 16);
        s13.Store(c1 + 24);
        s20.Store(c2);
        s21.Store(c2 + 8);
        s22.Store(c2 + 16);
        s23.Store(c2 + 24);
    }
}
