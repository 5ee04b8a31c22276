using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = a + b.</summary>
internal sealed class Add : BinaryOperator<Add.Operation>
{
    internal readonly struct Operation : IBinaryOperation
    {
        public static void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
            where T : unmanaged, INumber<T> => TensorPrimitives.Add(a, b, y);

        public static void Run<T>(ReadOnlySpan<T> a, T b, Span<T> y)
            where T : unmanaged, INumber<T> => TensorPrimitives.Add(a, b, y);

        public static void Run<T>(T a, ReadOnlySpan<T> b, Span<T> y)
            where T : unmanaged, INumber<T> => TensorPrimitives.Add(b, a, y);
    }
}
