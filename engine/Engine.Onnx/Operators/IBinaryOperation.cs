using System.Numerics;

namespace Engine.Onnx.Operators;

/// <summary>The arithmetic of a <see cref="BinaryOperator{TOperation}"/> over one run.</summary>
internal interface IBinaryOperation
{
    static abstract void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T>;

    static abstract void Run<T>(ReadOnlySpan<T> a, T b, Span<T> y)
        where T : unmanaged, INumber<T>;

    static abstract void Run<T>(T a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, INumber<T>;
}
