using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>How a cache or a matrix keeps its numbers, as a type: kernels are compiled once per type and compute in fp32.</summary>
internal unsafe interface IStoredElement
{
    /// <summary>Bytes of an element.</summary>
    static abstract int Size { get; }

    /// <summary>Eight neighbouring elements.</summary>
    static abstract Vector256<float> Load(byte* source);

    static abstract float LoadOne(byte* source);

    /// <summary>Eight neighbouring elements, rounded as <see cref="StoreOne"/> rounds one.</summary>
    static abstract void Store(byte* target, Vector256<float> values);

    static abstract void StoreOne(byte* target, float value);
}

/// <summary>fp32.</summary>
internal readonly unsafe struct SingleElement : IStoredElement
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source) => Vector256.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* source) => *(float*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector256<float> values) => values.Store((float*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(byte* target, float value) => *(float*)target = value;
}

/// <summary>fp16. What is too large for it is kept as the largest number: the vector widening knows no infinities.</summary>
internal readonly unsafe struct HalfElement : IStoredElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source) => Half16.WidenFinite(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* source) => (float)*(Half*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector256<float> values) => Half16.NarrowFinite(values).Store((ushort*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(byte* target, float value) => *(ushort*)target = Half16.NarrowFinite(Vector256.CreateScalarUnsafe(value))[0];
}
