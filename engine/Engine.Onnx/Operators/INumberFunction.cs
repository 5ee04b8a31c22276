using System.Numerics;

namespace Engine.Onnx.Operators;

/// <summary>The function of a <see cref="NumberOperator{TFunction}"/>.</summary>
internal interface INumberFunction
{
    static abstract T Of<T>(T x)
        where T : INumber<T>;
}

internal readonly struct NegFunction : INumberFunction
{
    public static T Of<T>(T x)
        where T : INumber<T> => -x;
}

internal readonly struct AbsFunction : INumberFunction
{
    // The smallest integer has no positive counterpart; it stays.
    public static T Of<T>(T x)
        where T : INumber<T> => T.IsNegative(x) ? -x : x;
}

internal readonly struct SignFunction : INumberFunction
{
    public static T Of<T>(T x)
        where T : INumber<T> => T.IsNaN(x) ? x : T.IsZero(x) ? T.Zero : T.IsNegative(x) ? -T.One : T.One;
}

internal readonly struct ReluFunction : INumberFunction
{
    public static T Of<T>(T x)
        where T : INumber<T> => T.IsNegative(x) && !T.IsNaN(x) ? T.Zero : x;
}
