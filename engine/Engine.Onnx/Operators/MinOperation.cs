using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>The smaller of two elements; NaN wins.</summary>
internal readonly struct MinOperation : IBinaryOperation
{
    public static void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T> => TensorPrimitives.Min(a, b, y);

    public static void Run<T>(ReadOnlySpan<T> a, T b, Span<T> y)
        where T : unmanaged, INumber<T> => TensorPrimitives.Min(a, b, y);

    public static void Run<T>(T a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T> => TensorPrimitives.Min(b, a, y);
}
