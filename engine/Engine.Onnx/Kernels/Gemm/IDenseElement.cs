using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Gemm;

/// <summary>How a group keeps sixteen neighbouring elements of a row, as a type: kernels are compiled once per type and compute in fp32.</summary>
internal unsafe interface IDenseElement
{
    /// <summary>Bytes of an element.</summary>
    static abstract int Size { get; }

    /// <summary>Sixteen elements, the first eight and the others.</summary>
    static abstract (Vector256<float> Low, Vector256<float> High) Load(byte* source);
}

/// <summary>fp32.</summary>
internal readonly unsafe struct DenseSingle : IDenseElement
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<float> Low, Vector256<float> High) Load(byte* source) => (Vector256.Load((float*)source), Vector256.Load((float*)source + 8));
}

/// <summary>Finite fp16: 32-bit lane i holds element i below element i + 8, so that widening moves nothing across lanes.</summary>
/// <remarks>Exponent and fraction move to their places in a float, which then is too small by 2^112, as in <see cref="Half16"/>.</remarks>
internal readonly unsafe struct DenseHalf : IDenseElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<float> Low, Vector256<float> High) Load(byte* source)
    {
        Vector256<int> both = Vector256.Load((int*)source);
        Vector256<int> mask = Vector256.Create(unchecked((int)0x8FFFE000));
        Vector256<float> rebias = Vector256.Create(5.192296858534828e33f);
        return ((((both << 16) >> 3) & mask).AsSingle() * rebias, ((both >> 3) & mask).AsSingle() * rebias);
    }
}

/// <summary>bf16, arranged as <see cref="DenseHalf"/> is.</summary>
internal readonly unsafe struct DenseBFloat16 : IDenseElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<float> Low, Vector256<float> High) Load(byte* source)
    {
        Vector256<int> both = Vector256.Load((int*)source);
        return ((both << 16).AsSingle(), (both & Vector256.Create(unchecked((int)0xFFFF0000))).AsSingle());
    }
}
