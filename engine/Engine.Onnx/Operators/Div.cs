using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = a / b; integers round towards zero.</summary>
internal sealed class Div : BinaryOperator<Div.Operation>
{
    internal readonly struct Operation : IBinaryOperation
    {
        public static void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
            where T : unmanaged, INumber<T> => TensorPrimitives.Divide(a, b, y);

        public static void Run<T>(ReadOnlySpan<T> a, T b, Span<T> y)
            where T : unmanaged, INumber<T> => TensorPrimitives.Divide(a, b, y);

        public static void Run<T>(T a, ReadOnlySpan<T> b, Span<T> y)
            where T : unmanaged, INumber<T> => TensorPrimitives.Divide(a, b, y);
    }
}
