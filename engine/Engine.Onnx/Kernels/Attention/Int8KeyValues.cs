using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>Keys and values as whole numbers from -127 to 127, and for each token and head one fp32 scale: the largest magnitude / 127.</summary>
internal readonly unsafe struct Int8KeyValues : IKeyValueFormat
{
    private const float Largest = 127;

    /// <summary>Vectors below it become zeros: the inverse of their scale would overflow.</summary>
    private const float Smallest = 1e-30f;

    public static int ElementSize => 1;

    public static bool HasScales => true;

    public static bool IsSingle => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source)
    {
        if (Avx2.IsSupported)
        {
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32((sbyte*)source));
        }

        Vector128<short> narrow = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsSByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(narrow), Vector128.WidenUpper(narrow)));
    }

    public static float LoadOne(byte* source) => *(sbyte*)source;

    public static void StoreKey(float* key, int headSize, byte* group, int lane) =>
        KeyValueGroup.Scales<Int8KeyValues>(group, headSize)[lane] = Store(key, headSize, (sbyte*)group + lane, KeyValueGroup.Tokens);

    public static void StoreValue(float* value, int headSize, byte* group, int lane) =>
        KeyValueGroup.Scales<Int8KeyValues>(group, headSize)[lane] = Store(value, headSize, (sbyte*)group + (long)lane * headSize, 1);

    /// <summary>Rounds a vector to nearest, ties to even; returns its scale, which is not finite where the vector is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Store(float* x, int length, sbyte* target, int stride)
    {
        Vector256<float> magnitudes = default;
        int d = 0;
        for (; d + 8 <= length; d += 8)
        {
            magnitudes = Vector256.Max(magnitudes, Vector256.Abs(Vector256.Load(x + d)));
        }

        magnitudes = Vector256.Max(magnitudes, Vector256.Abs(Tail.Load(x + d, length - d)));
        float largest = Lanes.Max(magnitudes, default);
        float inverse = largest > Smallest && float.IsFinite(largest) ? Largest / largest : 0;
        int* whole = stackalloc int[8];
        Vector256<float> factors = Vector256.Create(inverse);
        for (d = 0; d < length; d += 8)
        {
            Vector256<float> scaled = d + 8 <= length ? Vector256.Load(x + d) : Tail.Load(x + d, length - d);
            Nearest(scaled * factors).Store(whole);
            for (int i = 0; i < Math.Min(8, length - d); i++)
            {
                target[(long)(d + i) * stride] = (sbyte)whole[i];
            }
        }

        return largest / Largest;
    }

    // Beside 1.5 * 2^23 a float has no places after the point, and its low bits are the number.
    private static Vector256<int> Nearest(Vector256<float> x) => (x + Vector256.Create(12582912f)).AsInt32() - Vector256.Create(12582912f).AsInt32();
}
