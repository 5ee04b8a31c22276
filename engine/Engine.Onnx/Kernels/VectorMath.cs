using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>Elementary functions on eight floats, the same bits on every processor: FMA, integer arithmetic and nothing else.</summary>
internal static class VectorMath
{
    /// <summary>e^x within 2 units in the last place; 0 below -87.33 (no subnormal results), infinity above 88.37.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256.Create(88.37f)), Vector256.Create(float.PositiveInfinity), ExpNotLarge(x));

    /// <summary>The same bits for an x of at most 88, as it always is where a largest x was subtracted.</summary>
    /// <remarks>
    /// x = n ln 2 + r; e^r by the polynomial of Cephes; 2^n by putting n into an exponent. n is rounded by adding a number so large that
    /// the fraction falls off, which also leaves n, and the bias of an exponent, in the low bits of the sum.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ExpNotLarge(Vector256<float> x)
    {
        Vector256<float> shifter = Vector256.Create(12582912f + 127);
        Vector256<float> shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create(1.44269504f), shifter);
        Vector256<float> n = shifted - shifter;
        Vector256<float> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);

        Vector256<float> p = Vector256.FusedMultiplyAdd(Vector256.Create(1.9875691500e-4f), r, Vector256.Create(1.3981999507e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(8.3334519073e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(4.1665795894e-2f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.6666665459e-1f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.5f));
        p = Vector256.FusedMultiplyAdd(p, r * r, r + Vector256<float>.One);

        Vector256<float> result = p * (shifted.AsInt32() << 23).AsSingle();
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(-87.33f)), Vector256<float>.Zero, result);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + Exp(-x));

    /// <summary>tanh x within 3e-7: by its own polynomial near 0, where the quotient of exponentials would cancel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        Vector256<float> magnitude = Vector256.Abs(x);
        Vector256<float> large = Vector256<float>.One - Vector256.Create(2f) / (Exp(magnitude + magnitude) + Vector256<float>.One);
        large = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), -large, large);

        Vector256<float> z = x * x;
        Vector256<float> p = Vector256.FusedMultiplyAdd(Vector256.Create(-5.70498872745e-3f), z, Vector256.Create(2.06390887954e-2f));
        p = Vector256.FusedMultiplyAdd(p, z, Vector256.Create(-5.37397155531e-2f));
        p = Vector256.FusedMultiplyAdd(p, z, Vector256.Create(1.33314422036e-1f));
        p = Vector256.FusedMultiplyAdd(p, z, Vector256.Create(-3.33332819422e-1f));
        Vector256<float> small = Vector256.FusedMultiplyAdd(p * z, x, x);
        return Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(0.625f)), small, large);
    }

    /// <summary>The error function within 2e-7 absolute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Erf(Vector256<float> x)
    {
        // |x| up to 0.92: x + x * p(x^2). Beyond: 1 - e^q(|x|). A minimax fit by N. Juffa.
        Vector256<float> magnitude = Vector256.Abs(x);
        Vector256<float> square = x * x;

        Vector256<float> r = Vector256.FusedMultiplyAdd(Vector256.Create(-1.72853470e-5f), magnitude, Vector256.Create(3.83197126e-4f));
        Vector256<float> u = Vector256.FusedMultiplyAdd(Vector256.Create(-3.88396438e-3f), magnitude, Vector256.Create(2.42546219e-2f));
        r = Vector256.FusedMultiplyAdd(r, square, u);
        r = Vector256.FusedMultiplyAdd(r, magnitude, Vector256.Create(-1.06777877e-1f));
        r = Vector256.FusedMultiplyAdd(r, magnitude, Vector256.Create(-6.34846687e-1f));
        r = Vector256.FusedMultiplyAdd(r, magnitude, Vector256.Create(-1.28717512e-1f));
        r = Vector256.FusedMultiplyAdd(r, magnitude, -magnitude);
        Vector256<float> large = Vector256<float>.One - Exp(r);
        large = Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create(4f)), Vector256<float>.One, large);
        large = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), -large, large);

        Vector256<float> p = Vector256.FusedMultiplyAdd(Vector256.Create(-5.96761703e-4f), square, Vector256.Create(4.99119423e-3f));
        p = Vector256.FusedMultiplyAdd(p, square, Vector256.Create(-2.67681349e-2f));
        p = Vector256.FusedMultiplyAdd(p, square, Vector256.Create(1.12819925e-1f));
        p = Vector256.FusedMultiplyAdd(p, square, Vector256.Create(-3.76125336e-1f));
        p = Vector256.FusedMultiplyAdd(p, square, Vector256.Create(1.28379166e-1f));
        Vector256<float> small = Vector256.FusedMultiplyAdd(p, x, x);
        return Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(0.921875f)), small, large);
    }
}
