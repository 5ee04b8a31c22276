using System.Numerics;

namespace Engine.Onnx.Operators;

/// <summary>The remainder with the divisor's sign.</summary>
internal readonly struct FloorModOperation : IBinaryOperation
{
    public static void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = Of(a[i], b[i]);
        }
    }

    public static void Run<T>(ReadOnlySpan<T> a, T b, Span<T> y)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = Of(a[i], b);
        }
    }

    public static void Run<T>(T a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = Of(a, b[i]);
        }
    }

    private static T Of<T>(T a, T b)
        where T : INumber<T>
    {
        T remainder = a % b;
        return !T.IsZero(remainder) && T.IsNegative(remainder) != T.IsNegative(b) ? remainder + b : remainder;
    }
}

/// <summary>The remainder with the dividend's sign, as in C.</summary>
internal readonly struct TruncatedModOperation : IBinaryOperation
{
    public static void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = a[i] % b[i];
        }
    }

    public static void Run<T>(ReadOnlySpan<T> a, T b, Span<T> y)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = a[i] % b;
        }
    }

    public static void Run<T>(T a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = a % b[i];
        }
    }
}

/// <summary>y = a mod b, element by element.</summary>
internal sealed class Mod<TOperation> : BinaryOperator<TOperation>
    where TOperation : struct, IBinaryOperation;
