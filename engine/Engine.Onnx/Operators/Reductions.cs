using System.Numerics;

namespace Engine.Onnx.Operators;

internal readonly struct SumReduction : IReduction
{
    public static T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T> => T.Zero;

    public static T Map<T>(T element)
        where T : INumber<T> => element;

    public static T Combine<T>(T left, T right)
        where T : INumber<T> => left + right;

    public static T Finish<T>(T combined, int count)
        where T : INumber<T> => combined;
}

internal readonly struct MeanReduction : IReduction
{
    public static T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T> => T.Zero;

    public static T Map<T>(T element)
        where T : INumber<T> => element;

    public static T Combine<T>(T left, T right)
        where T : INumber<T> => left + right;

    public static T Finish<T>(T combined, int count)
        where T : INumber<T> => count == 0 && T.Zero is not (float or double) ? T.Zero : combined / T.CreateTruncating(count);
}

internal readonly struct ProductReduction : IReduction
{
    public static T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T> => T.One;

    public static T Map<T>(T element)
        where T : INumber<T> => element;

    public static T Combine<T>(T left, T right)
        where T : INumber<T> => left * right;

    public static T Finish<T>(T combined, int count)
        where T : INumber<T> => combined;
}

internal readonly struct MaxReduction : IReduction
{
    public static T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T> => T.Zero is float or double ? -T.One / T.Zero : T.MinValue;

    public static T Map<T>(T element)
        where T : INumber<T> => element;

    public static T Combine<T>(T left, T right)
        where T : INumber<T> => T.Max(left, right);

    public static T Finish<T>(T combined, int count)
        where T : INumber<T> => combined;
}

internal readonly struct MinReduction : IReduction
{
    public static T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T> => T.Zero is float or double ? T.One / T.Zero : T.MaxValue;

    public static T Map<T>(T element)
        where T : INumber<T> => element;

    public static T Combine<T>(T left, T right)
        where T : INumber<T> => T.Min(left, right);

    public static T Finish<T>(T combined, int count)
        where T : INumber<T> => combined;
}

internal readonly struct SumSquareReduction : IReduction
{
    public static T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T> => T.Zero;

    public static T Map<T>(T element)
        where T : INumber<T> => element * element;

    public static T Combine<T>(T left, T right)
        where T : INumber<T> => left + right;

    public static T Finish<T>(T combined, int count)
        where T : INumber<T> => combined;
}

internal readonly struct L1Reduction : IReduction
{
    public static T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T> => T.Zero;

    public static T Map<T>(T element)
        where T : INumber<T> => T.Abs(element);

    public static T Combine<T>(T left, T right)
        where T : INumber<T> => left + right;

    public static T Finish<T>(T combined, int count)
        where T : INumber<T> => combined;
}

internal readonly struct L2Reduction : IReduction
{
    public static T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T> => T.Zero;

    public static T Map<T>(T element)
        where T : INumber<T> => element * element;

    public static T Combine<T>(T left, T right)
        where T : INumber<T> => left + right;

    public static T Finish<T>(T combined, int count)
        where T : INumber<T> => T.CreateTruncating(Math.Sqrt(double.CreateTruncating(combined)));
}

internal readonly struct LogSumReduction : IReduction
{
    public static T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T> => T.Zero;

    public static T Map<T>(T element)
        where T : INumber<T> => element;

    public static T Combine<T>(T left, T right)
        where T : INumber<T> => left + right;

    public static T Finish<T>(T combined, int count)
        where T : INumber<T> => T.CreateTruncating(Math.Log(double.CreateTruncating(combined)));
}
