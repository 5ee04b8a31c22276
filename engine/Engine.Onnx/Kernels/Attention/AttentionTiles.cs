using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>
/// The two products of attention for a tile of 1, 2, 3, 4 or 6 query rows that share keys and values, sixteen tokens at a time. A score is one
/// chain of FMAs over the head's elements; an element of the output is one chain over the tokens, in their order: neither depends on the tile.
/// </summary>
internal static unsafe class AttentionTiles
{
    /// <summary>Tokens whose keys lie side by side.</summary>
    public const int TokenLanes = 16;

    /// <summary>The largest tile.</summary>
    public const int MaximumRows = 6;

    /// <summary>The tile that serves the next rows best. A tile of 6 may have one row too many, which its caller provides for.</summary>
    public static int NextTile(int rowsLeft) => rowsLeft switch { <= 4 => rowsLeft, 5 => 6, 7 => 4, 8 => 4, 9 => 6, _ => 6 };

    /// <summary>Scores of sixteen tokens: scale * query . key.</summary>
    /// <param name="rows">Size of the tile.</param>
    /// <param name="queries"><c>[headSize, rows]</c>.</param>
    /// <param name="keys"><c>[headSize, 16]</c> of the cache's type.</param>
    /// <param name="headSize">Elements of a head.</param>
    /// <param name="scale">Factor of every score.</param>
    /// <param name="scores">Receives sixteen scores for every row.</param>
    /// <param name="stride">Floats from one row of scores to the next.</param>
    public static void Scores<TElement>(int rows, float* queries, byte* keys, int headSize, float scale, float* scores, nint stride)
        where TElement : struct, IStoredElement
    {
        switch (rows)
        {
            case 1:
                Scores1<TElement>(queries, keys, headSize, scale, scores, stride);
                break;
            case 2:
                Scores2<TElement>(queries, keys, headSize, scale, scores, stride);
                break;
            case 3:
                Scores3<TElement>(queries, keys, headSize, scale, scores, stride);
                break;
            case 4:
                Scores4<TElement>(queries, keys, headSize, scale, scores, stride);
                break;
            default:
                Scores6<TElement>(queries, keys, headSize, scale, scores, stride);
                break;
        }
    }

    /// <summary>Adds weight * value of some tokens to the output, for sixteen neighbouring elements of the head.</summary>
    /// <param name="rows">Size of the tile.</param>
    /// <param name="weights">For every row the weights of the tokens.</param>
    /// <param name="stride">Floats from one row of weights to the next.</param>
    /// <param name="values">The sixteen elements of the first token.</param>
    /// <param name="valueStride">Bytes from one token to the next.</param>
    /// <param name="count">Tokens.</param>
    /// <param name="output">The sixteen elements of the first row, which are added to.</param>
    /// <param name="outputStride">Floats from one row of the output to the next.</param>
    public static void Values<TElement>(int rows, float* weights, nint stride, byte* values, nint valueStride, int count, float* output, nint outputStride)
        where TElement : struct, IStoredElement
    {
        switch (rows)
        {
            case 1:
                Values1<TElement>(weights, stride, values, valueStride, count, output, outputStride);
                break;
            case 2:
                Values2<TElement>(weights, stride, values, valueStride, count, output, outputStride);
                break;
            case 3:
                Values3<TElement>(weights, stride, values, valueStride, count, output, outputStride);
                break;
            case 4:
                Values4<TElement>(weights, stride, values, valueStride, count, output, outputStride);
                break;
            default:
                Values6<TElement>(weights, stride, values, valueStride, count, output, outputStride);
                break;
        }
    }

    /// <summary>The same for one element of one row: what is left of a head whose size is no multiple of sixteen.</summary>
    public static void ValueElement<TElement>(float* weights, byte* values, nint valueStride, int count, float* output)
        where TElement : struct, IStoredElement
    {
        float sum = *output;
        for (int i = 0; i < count; i++)
        {
            sum = MathF.FusedMultiplyAdd(TElement.LoadOne(values), weights[i], sum);
            values += valueStride;
        }

        *output = sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Scores1<TElement>(float* queries, byte* keys, int headSize, float scale, float* scores, nint stride)
        where TElement : struct, IStoredElement
    {
        Vector256<float> s00 = Vector256<float>.Zero, s01 = Vector256<float>.Zero;
        for (int d = 0; d < headSize; d++)
        {
            Vector256<float> k0 = TElement.Load(keys);
            Vector256<float> k1 = TElement.Load(keys + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(queries[0]);
            s00 = Vector256.FusedMultiplyAdd(k0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(k1, x, s01);
            keys += 16 * TElement.Size;
            queries += 1;
        }

        Vector256<float> scales = Vector256.Create(scale);
        (s00 * scales).Store(scores);
        (s01 * scales).Store(scores + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Scores2<TElement>(float* queries, byte* keys, int headSize, float scale, float* scores, nint stride)
        where TElement : struct, IStoredElement
    {
        Vector256<float> s00 = Vector256<float>.Zero, s01 = Vector256<float>.Zero;
        Vector256<float> s10 = Vector256<float>.Zero, s11 = Vector256<float>.Zero;
        for (int d = 0; d < headSize; d++)
        {
            Vector256<float> k0 = TElement.Load(keys);
            Vector256<float> k1 = TElement.Load(keys + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(queries[0]);
            s00 = Vector256.FusedMultiplyAdd(k0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(k1, x, s01);
            x = Vector256.Create(queries[1]);
            s10 = Vector256.FusedMultiplyAdd(k0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(k1, x, s11);
            keys += 16 * TElement.Size;
            queries += 2;
        }

        Vector256<float> scales = Vector256.Create(scale);
        (s00 * scales).Store(scores);
        (s01 * scales).Store(scores + 8);
        (s10 * scales).Store(scores + stride);
        (s11 * scales).Store(scores + stride + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Scores3<TElement>(float* queries, byte* keys, int headSize, float scale, float* scores, nint stride)
        where TElement : struct, IStoredElement
    {
        Vector256<float> s00 = Vector256<float>.Zero, s01 = Vector256<float>.Zero;
        Vector256<float> s10 = Vector256<float>.Zero, s11 = Vector256<float>.Zero;
        Vector256<float> s20 = Vector256<float>.Zero, s21 = Vector256<float>.Zero;
        for (int d = 0; d < headSize; d++)
        {
            Vector256<float> k0 = TElement.Load(keys);
            Vector256<float> k1 = TElement.Load(keys + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(queries[0]);
            s00 = Vector256.FusedMultiplyAdd(k0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(k1, x, s01);
            x = Vector256.Create(queries[1]);
            s10 = Vector256.FusedMultiplyAdd(k0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(k1, x, s11);
            x = Vector256.Create(queries[2]);
            s20 = Vector256.FusedMultiplyAdd(k0, x, s20);
            s21 = Vector256.FusedMultiplyAdd(k1, x, s21);
            keys += 16 * TElement.Size;
            queries += 3;
        }

        Vector256<float> scales = Vector256.Create(scale);
        (s00 * scales).Store(scores);
        (s01 * scales).Store(scores + 8);
        (s10 * scales).Store(scores + stride);
        (s11 * scales).Store(scores + stride + 8);
        (s20 * scales).Store(scores + 2 * stride);
        (s21 * scales).Store(scores + 2 * stride + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Scores4<TElement>(float* queries, byte* keys, int headSize, float scale, float* scores, nint stride)
        where TElement : struct, IStoredElement
    {
        Vector256<float> s00 = Vector256<float>.Zero, s01 = Vector256<float>.Zero;
        Vector256<float> s10 = Vector256<float>.Zero, s11 = Vector256<float>.Zero;
        Vector256<float> s20 = Vector256<float>.Zero, s21 = Vector256<float>.Zero;
        Vector256<float> s30 = Vector256<float>.Zero, s31 = Vector256<float>.Zero;
        for (int d = 0; d < headSize; d++)
        {
            Vector256<float> k0 = TElement.Load(keys);
            Vector256<float> k1 = TElement.Load(keys + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(queries[0]);
            s00 = Vector256.FusedMultiplyAdd(k0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(k1, x, s01);
            x = Vector256.Create(queries[1]);
            s10 = Vector256.FusedMultiplyAdd(k0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(k1, x, s11);
            x = Vector256.Create(queries[2]);
            s20 = Vector256.FusedMultiplyAdd(k0, x, s20);
            s21 = Vector256.FusedMultiplyAdd(k1, x, s21);
            x = Vector256.Create(queries[3]);
            s30 = Vector256.FusedMultiplyAdd(k0, x, s30);
            s31 = Vector256.FusedMultiplyAdd(k1, x, s31);
            keys += 16 * TElement.Size;
            queries += 4;
        }

        Vector256<float> scales = Vector256.Create(scale);
        (s00 * scales).Store(scores);
        (s01 * scales).Store(scores + 8);
        (s10 * scales).Store(scores + stride);
        (s11 * scales).Store(scores + stride + 8);
        (s20 * scales).Store(scores + 2 * stride);
        (s21 * scales).Store(scores + 2 * stride + 8);
        (s30 * scales).Store(scores + 3 * stride);
        (s31 * scales).Store(scores + 3 * stride + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Scores6<TElement>(float* queries, byte* keys, int headSize, float scale, float* scores, nint stride)
        where TElement : struct, IStoredElement
    {
        Vector256<float> s00 = Vector256<float>.Zero, s01 = Vector256<float>.Zero;
        Vector256<float> s10 = Vector256<float>.Zero, s11 = Vector256<float>.Zero;
        Vector256<float> s20 = Vector256<float>.Zero, s21 = Vector256<float>.Zero;
        Vector256<float> s30 = Vector256<float>.Zero, s31 = Vector256<float>.Zero;
        Vector256<float> s40 = Vector256<float>.Zero, s41 = Vector256<float>.Zero;
        Vector256<float> s50 = Vector256<float>.Zero, s51 = Vector256<float>.Zero;
        for (int d = 0; d < headSize; d++)
        {
            Vector256<float> k0 = TElement.Load(keys);
            Vector256<float> k1 = TElement.Load(keys + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(queries[0]);
            s00 = Vector256.FusedMultiplyAdd(k0, x, s00);
            s01 = Vector256.FusedMultiplyAdd(k1, x, s01);
            x = Vector256.Create(queries[1]);
            s10 = Vector256.FusedMultiplyAdd(k0, x, s10);
            s11 = Vector256.FusedMultiplyAdd(k1, x, s11);
            x = Vector256.Create(queries[2]);
            s20 = Vector256.FusedMultiplyAdd(k0, x, s20);
            s21 = Vector256.FusedMultiplyAdd(k1, x, s21);
            x = Vector256.Create(queries[3]);
            s30 = Vector256.FusedMultiplyAdd(k0, x, s30);
            s31 = Vector256.FusedMultiplyAdd(k1, x, s31);
            x = Vector256.Create(queries[4]);
            s40 = Vector256.FusedMultiplyAdd(k0, x, s40);
            s41 = Vector256.FusedMultiplyAdd(k1, x, s41);
            x = Vector256.Create(queries[5]);
            s50 = Vector256.FusedMultiplyAdd(k0, x, s50);
            s51 = Vector256.FusedMultiplyAdd(k1, x, s51);
            keys += 16 * TElement.Size;
            queries += 6;
        }

        Vector256<float> scales = Vector256.Create(scale);
        (s00 * scales).Store(scores);
        (s01 * scales).Store(scores + 8);
        (s10 * scales).Store(scores + stride);
        (s11 * scales).Store(scores + stride + 8);
        (s20 * scales).Store(scores + 2 * stride);
        (s21 * scales).Store(scores + 2 * stride + 8);
        (s30 * scales).Store(scores + 3 * stride);
        (s31 * scales).Store(scores + 3 * stride + 8);
        (s40 * scales).Store(scores + 4 * stride);
        (s41 * scales).Store(scores + 4 * stride + 8);
        (s50 * scales).Store(scores + 5 * stride);
        (s51 * scales).Store(scores + 5 * stride + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Values1<TElement>(float* weights, nint stride, byte* values, nint valueStride, int count, float* output, nint outputStride)
        where TElement : struct, IStoredElement
    {
        float* p0 = weights;
        Vector256<float> o00 = Vector256.Load(output), o01 = Vector256.Load(output + 8);
        for (int i = 0; i < count; i++)
        {
            Vector256<float> v0 = TElement.Load(values);
            Vector256<float> v1 = TElement.Load(values + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(p0[i]);
            o00 = Vector256.FusedMultiplyAdd(v0, x, o00);
            o01 = Vector256.FusedMultiplyAdd(v1, x, o01);
            values += valueStride;
        }

        o00.Store(output);
        o01.Store(output + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Values2<TElement>(float* weights, nint stride, byte* values, nint valueStride, int count, float* output, nint outputStride)
        where TElement : struct, IStoredElement
    {
        float* p0 = weights;
        float* p1 = p0 + stride;
        Vector256<float> o00 = Vector256.Load(output), o01 = Vector256.Load(output + 8);
        Vector256<float> o10 = Vector256.Load(output + outputStride), o11 = Vector256.Load(output + outputStride + 8);
        for (int i = 0; i < count; i++)
        {
            Vector256<float> v0 = TElement.Load(values);
            Vector256<float> v1 = TElement.Load(values + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(p0[i]);
            o00 = Vector256.FusedMultiplyAdd(v0, x, o00);
            o01 = Vector256.FusedMultiplyAdd(v1, x, o01);
            x = Vector256.Create(p1[i]);
            o10 = Vector256.FusedMultiplyAdd(v0, x, o10);
            o11 = Vector256.FusedMultiplyAdd(v1, x, o11);
            values += valueStride;
        }

        o00.Store(output);
        o01.Store(output + 8);
        o10.Store(output + outputStride);
        o11.Store(output + outputStride + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Values3<TElement>(float* weights, nint stride, byte* values, nint valueStride, int count, float* output, nint outputStride)
        where TElement : struct, IStoredElement
    {
        float* p0 = weights;
        float* p1 = p0 + stride;
        float* p2 = p1 + stride;
        Vector256<float> o00 = Vector256.Load(output), o01 = Vector256.Load(output + 8);
        Vector256<float> o10 = Vector256.Load(output + outputStride), o11 = Vector256.Load(output + outputStride + 8);
        Vector256<float> o20 = Vector256.Load(output + 2 * outputStride), o21 = Vector256.Load(output + 2 * outputStride + 8);
        for (int i = 0; i < count; i++)
        {
            Vector256<float> v0 = TElement.Load(values);
            Vector256<float> v1 = TElement.Load(values + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(p0[i]);
            o00 = Vector256.FusedMultiplyAdd(v0, x, o00);
            o01 = Vector256.FusedMultiplyAdd(v1, x, o01);
            x = Vector256.Create(p1[i]);
            o10 = Vector256.FusedMultiplyAdd(v0, x, o10);
            o11 = Vector256.FusedMultiplyAdd(v1, x, o11);
            x = Vector256.Create(p2[i]);
            o20 = Vector256.FusedMultiplyAdd(v0, x, o20);
            o21 = Vector256.FusedMultiplyAdd(v1, x, o21);
            values += valueStride;
        }

        o00.Store(output);
        o01.Store(output + 8);
        o10.Store(output + outputStride);
        o11.Store(output + outputStride + 8);
        o20.Store(output + 2 * outputStride);
        o21.Store(output + 2 * outputStride + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Values4<TElement>(float* weights, nint stride, byte* values, nint valueStride, int count, float* output, nint outputStride)
        where TElement : struct, IStoredElement
    {
        float* p0 = weights;
        float* p1 = p0 + stride;
        float* p2 = p1 + stride;
        float* p3 = p2 + stride;
        Vector256<float> o00 = Vector256.Load(output), o01 = Vector256.Load(output + 8);
        Vector256<float> o10 = Vector256.Load(output + outputStride), o11 = Vector256.Load(output + outputStride + 8);
        Vector256<float> o20 = Vector256.Load(output + 2 * outputStride), o21 = Vector256.Load(output + 2 * outputStride + 8);
        Vector256<float> o30 = Vector256.Load(output + 3 * outputStride), o31 = Vector256.Load(output + 3 * outputStride + 8);
        for (int i = 0; i < count; i++)
        {
            Vector256<float> v0 = TElement.Load(values);
            Vector256<float> v1 = TElement.Load(values + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(p0[i]);
            o00 = Vector256.FusedMultiplyAdd(v0, x, o00);
            o01 = Vector256.FusedMultiplyAdd(v1, x, o01);
            x = Vector256.Create(p1[i]);
            o10 = Vector256.FusedMultiplyAdd(v0, x, o10);
            o11 = Vector256.FusedMultiplyAdd(v1, x, o11);
            x = Vector256.Create(p2[i]);
            o20 = Vector256.FusedMultiplyAdd(v0, x, o20);
            o21 = Vector256.FusedMultiplyAdd(v1, x, o21);
            x = Vector256.Create(p3[i]);
            o30 = Vector256.FusedMultiplyAdd(v0, x, o30);
            o31 = Vector256.FusedMultiplyAdd(v1, x, o31);
            values += valueStride;
        }

        o00.Store(output);
        o01.Store(output + 8);
        o10.Store(output + outputStride);
        o11.Store(output + outputStride + 8);
        o20.Store(output + 2 * outputStride);
        o21.Store(output + 2 * outputStride + 8);
        o30.Store(output + 3 * outputStride);
        o31.Store(output + 3 * outputStride + 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Values6<TElement>(float* weights, nint stride, byte* values, nint valueStride, int count, float* output, nint outputStride)
        where TElement : struct, IStoredElement
    {
        float* p0 = weights;
        float* p1 = p0 + stride;
        float* p2 = p1 + stride;
        float* p3 = p2 + stride;
        float* p4 = p3 + stride;
        float* p5 = p4 + stride;
        Vector256<float> o00 = Vector256.Load(output), o01 = Vector256.Load(output + 8);
        Vector256<float> o10 = Vector256.Load(output + outputStride), o11 = Vector256.Load(output + outputStride + 8);
        Vector256<float> o20 = Vector256.Load(output + 2 * outputStride), o21 = Vector256.Load(output + 2 * outputStride + 8);
        Vector256<float> o30 = Vector256.Load(output + 3 * outputStride), o31 = Vector256.Load(output + 3 * outputStride + 8);
        Vector256<float> o40 = Vector256.Load(output + 4 * outputStride), o41 = Vector256.Load(output + 4 * outputStride + 8);
        Vector256<float> o50 = Vector256.Load(output + 5 * outputStride), o51 = Vector256.Load(output + 5 * outputStride + 8);
        for (int i = 0; i < count; i++)
        {
            Vector256<float> v0 = TElement.Load(values);
            Vector256<float> v1 = TElement.Load(values + 8 * TElement.Size);
            Vector256<float> x = Vector256.Create(p0[i]);
            o00 = Vector256.FusedMultiplyAdd(v0, x, o00);
            o01 = Vector256.FusedMultiplyAdd(v1, x, o01);
            x = Vector256.Create(p1[i]);
            o10 = Vector256.FusedMultiplyAdd(v0, x, o10);
            o11 = Vector256.FusedMultiplyAdd(v1, x, o11);
            x = Vector256.Create(p2[i]);
            o20 = Vector256.FusedMultiplyAdd(v0, x, o20);
            o21 = Vector256.FusedMultiplyAdd(v1, x, o21);
            x = Vector256.Create(p3[i]);
            o30 = Vector256.FusedMultiplyAdd(v0, x, o30);
            o31 = Vector256.FusedMultiplyAdd(v1, x, o31);
            x = Vector256.Create(p4[i]);
            o40 = Vector256.FusedMultiplyAdd(v0, x, o40);
            o41 = Vector256.FusedMultiplyAdd(v1, x, o41);
            x = Vector256.Create(p5[i]);
            o50 = Vector256.FusedMultiplyAdd(v0, x, o50);
            o51 = Vector256.FusedMultiplyAdd(v1, x, o51);
            values += valueStride;
        }

        o00.Store(output);
        o01.Store(output + 8);
        o10.Store(output + outputStride);
        o11.Store(output + outputStride + 8);
        o20.Store(output + 2 * outputStride);
        o21.Store(output + 2 * outputStride + 8);
        o30.Store(output + 3 * outputStride);
        o31.Store(output + 3 * outputStride + 8);
        o40.Store(output + 4 * outputStride);
        o41.Store(output + 4 * outputStride + 8);
        o50.Store(output + 5 * outputStride);
        o51.Store(output + 5 * outputStride + 8);
    }
}
