using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>
/// How a cache keeps keys and values, as a type: kernels are compiled once per format and compute in fp32. A cache consists of groups: sixteen neighbouring tokens
/// of one head, as <c>[headSize, 16]</c> keys or <c>[16, headSize]</c> values, and behind them, where the format has any, a scale for each token.
/// </summary>
internal unsafe interface IKeyValueFormat
{
    /// <summary>Bytes of an element.</summary>
    static abstract int ElementSize { get; }

    /// <summary>Whether sixteen fp32 factors follow the elements of a group.</summary>
    static abstract bool HasScales { get; }

    /// <summary>Whether elements are fp32, so that a kernel may read them in place.</summary>
    static abstract bool IsSingle { get; }

    /// <summary>Eight neighbouring elements, without their scales.</summary>
    static abstract Vector256<float> Load(byte* source);

    /// <summary>One element, without its scale.</summary>
    static abstract float LoadOne(byte* source);

    /// <summary>Puts a token's key in its lane of a group.</summary>
    static abstract void StoreKey(float* key, int headSize, byte* group, int lane);

    /// <summary>Puts a token's value in its row of a group.</summary>
    static abstract void StoreValue(float* value, int headSize, byte* group, int lane);
}
