using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>The larger of two elements; NaN wins.</summary>
internal readonly struct MaxOperation : IBinaryOperation
{
    public static void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T> => TensorPrimitives.Max(a, b, y);

    public static void Run<T>(ReadOnlySpan<T> a, T b, Span<T> y)
        where T : unmanaged, INumber<T> => TensorPrimitives.Max(a, b, y);

    public static void Run<T>(T a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T> => TensorPrimitives.Max(b, a, y);
}
