using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = a * b.</summary>
internal sealed class Mul : BinaryOperator<Mul.Operation>
{
    internal readonly struct Operation : IBinaryOperation
    {
        public static void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
            where T : unmanaged, INumber<T> => TensorPrimitives.Multiply(a, b, y);

        public static void Run<T>(ReadOnlySpan<T> a, T b, Span<T> y)
            where T : unmanaged, INumber<T> => TensorPrimitives.Multiply(a, b, y);

        public static void Run<T>(T a, ReadOnlySpan<T> b, Span<T> y)
            where T : unmanaged, INumber<T> => TensorPrimitives.Multiply(b, a, y);
    }
}
