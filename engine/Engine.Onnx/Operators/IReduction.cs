using System.Numerics;

namespace Engine.Onnx.Operators;

/// <summary>The arithmetic of a <see cref="Reduce{TReduction}"/>: how elements go in, come together and come out.</summary>
internal interface IReduction
{
    /// <summary>The result of no elements.</summary>
    static abstract T Empty<T>()
        where T : INumber<T>, IMinMaxValue<T>;

    /// <summary>What an element counts for.</summary>
    static abstract T Map<T>(T element)
        where T : INumber<T>;

    static abstract T Combine<T>(T left, T right)
        where T : INumber<T>;

    /// <summary>The result from what has come together.</summary>
    static abstract T Finish<T>(T combined, int count)
        where T : INumber<T>;
}
