using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>How a cache keeps keys and values, as a type: kernels are compiled once per type.</summary>
internal unsafe interface ICacheElement
{
    /// <summary>Bytes of an element.</summary>
    static abstract int Size { get; }

    /// <summary>Eight neighbouring elements.</summary>
    static abstract Vector256<float> Load(byte* source);

    static abstract float LoadOne(byte* source);

    static abstract void StoreOne(byte* target, float value);
}

/// <summary>fp32.</summary>
internal readonly unsafe struct SingleElement : ICacheElement
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source) => Vector256.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* source) => *(float*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(byte* target, float value) => *(float*)target = value;
}

/// <summary>fp16. What is too large for it is kept as the largest number: the vector widening knows no infinities.</summary>
internal readonly unsafe struct HalfElement : ICacheElement
{
    private const float Largest = 65504;

    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source) => Half16.WidenFinite(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* source) => (float)*(Half*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(byte* target, float value) => *(Half*)target = (Half)Math.Clamp(value, -Largest, Largest);
}
