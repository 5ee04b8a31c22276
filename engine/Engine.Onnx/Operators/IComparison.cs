using System.Numerics;

namespace Engine.Onnx.Operators;

/// <summary>The relation of a <see cref="Comparison{TComparison}"/>.</summary>
internal interface IComparison
{
    static abstract bool Holds<T>(T a, T b)
        where T : INumber<T>;
}

internal readonly struct EqualRelation : IComparison
{
    public static bool Holds<T>(T a, T b)
        where T : INumber<T> => a == b;
}

internal readonly struct GreaterRelation : IComparison
{
    public static bool Holds<T>(T a, T b)
        where T : INumber<T> => a > b;
}

internal readonly struct GreaterOrEqualRelation : IComparison
{
    public static bool Holds<T>(T a, T b)
        where T : INumber<T> => a >= b;
}

internal readonly struct LessRelation : IComparison
{
    public static bool Holds<T>(T a, T b)
        where T : INumber<T> => a < b;
}

internal readonly struct LessOrEqualRelation : IComparison
{
    public static bool Holds<T>(T a, T b)
        where T : INumber<T> => a <= b;
}

internal readonly struct AndRelation : IComparison
{
    public static bool Holds<T>(T a, T b)
        where T : INumber<T> => !T.IsZero(a) && !T.IsZero(b);
}

internal readonly struct OrRelation : IComparison
{
    public static bool Holds<T>(T a, T b)
        where T : INumber<T> => !T.IsZero(a) || !T.IsZero(b);
}

internal readonly struct XorRelation : IComparison
{
    public static bool Holds<T>(T a, T b)
        where T : INumber<T> => T.IsZero(a) != T.IsZero(b);
}
