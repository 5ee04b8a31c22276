using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>Rotary position embedding of one head's vector: pairs of elements turned by the angles of one position.</summary>
internal static unsafe class Rotary
{
    /// <param name="x">The vector. In place when it is <paramref name="y"/>.</param>
    /// <param name="cos">Half as many cosines as elements are turned.</param>
    /// <param name="sin">As many sines.</param>
    /// <param name="headSize">Elements of the vector.</param>
    /// <param name="rotaryDimension">How many of them are turned; the others are copied. Even.</param>
    /// <param name="interleaved">Neighbours make a pair; otherwise the element half the turned part further on.</param>
    /// <param name="y">Receives the vector.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, float* cos, float* sin, int headSize, int rotaryDimension, bool interleaved, float* y)
    {
        int half = rotaryDimension / 2;
        if (interleaved)
        {
            for (int i = 0; i < half; i++)
            {
                float a = x[2 * i], b = x[2 * i + 1];
                y[2 * i] = MathF.FusedMultiplyAdd(-b, sin[i], a * cos[i]);
                y[2 * i + 1] = MathF.FusedMultiplyAdd(b, cos[i], a * sin[i]);
            }
        }
        else
        {
            int i = 0;
            for (; i + 8 <= half; i += 8)
            {
                Vector256<float> a = Vector256.Load(x + i), b = Vector256.Load(x + half + i);
                Vector256<float> c = Vector256.Load(cos + i), s = Vector256.Load(sin + i);
                Vector256.FusedMultiplyAdd(-b, s, a * c).Store(y + i);
                Vector256.FusedMultiplyAdd(b, c, a * s).Store(y + half + i);
            }

            for (; i < half; i++)
            {
                float a = x[i], b = x[half + i];
                y[i] = MathF.FusedMultiplyAdd(-b, sin[i], a * cos[i]);
                y[half + i] = MathF.FusedMultiplyAdd(b, cos[i], a * sin[i]);
            }
        }

        if (x != y)
        {
            new ReadOnlySpan<float>(x + rotaryDimension, headSize - rotaryDimension).CopyTo(new Span<float>(y + rotaryDimension, headSize - rotaryDimension));
        }
    }
}
