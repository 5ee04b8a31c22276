using System.Numerics;

namespace Engine.Onnx.Operators;

/// <summary>y = x where x is not negative, and x times a slope elsewhere; the slope broadcasts to x.</summary>
internal sealed class PRelu : BinaryOperator<PRelu.Operation>
{
    public override uint OverwritableInputs => 0;

    internal readonly struct Operation : IBinaryOperation
    {
        public static void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
            where T : unmanaged, INumber<T>
        {
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = a[i] < T.Zero ? a[i] * b[i] : a[i];
            }
        }

        public static void Run<T>(ReadOnlySpan<T> a, T b, Span<T> y)
            where T : unmanaged, INumber<T>
        {
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = a[i] < T.Zero ? a[i] * b : a[i];
            }
        }

        public static void Run<T>(T a, ReadOnlySpan<T> b, Span<T> y)
            where T : unmanaged, INumber<T>
        {
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = a < T.Zero ? a * b[i] : a;
            }
        }
    }
}
