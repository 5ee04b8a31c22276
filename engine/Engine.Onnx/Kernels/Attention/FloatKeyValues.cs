using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>Keys and values as floats of some width, without scales.</summary>
internal readonly unsafe struct FloatKeyValues<TElement> : IKeyValueFormat
    where TElement : struct, IStoredElement
{
    public static int ElementSize => TElement.Size;

    public static bool HasScales => false;

    public static bool IsSingle => typeof(TElement) == typeof(SingleElement);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* source) => TElement.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* source) => TElement.LoadOne(source);

    public static void StoreKey(float* key, int headSize, byte* group, int lane)
    {
        int rowBytes = KeyValueGroup.Tokens * TElement.Size;
        byte* narrow = stackalloc byte[8 * sizeof(float)];
        byte* target = group + lane * TElement.Size;
        int d = 0;
        for (; d + 8 <= headSize; d += 8)
        {
            TElement.Store(narrow, Vector256.Load(key + d));
            for (int i = 0; i < 8; i++)
            {
                if (TElement.Size == sizeof(ushort))
                {
                    *(ushort*)target = ((ushort*)narrow)[i];
                }
                else
                {
                    *(uint*)target = ((uint*)narrow)[i];
                }

                target += rowBytes;
            }
        }

        for (; d < headSize; d++)
        {
            TElement.StoreOne(target, key[d]);
            target += rowBytes;
        }
    }

    public static void StoreValue(float* value, int headSize, byte* group, int lane)
    {
        byte* target = group + (long)lane * headSize * TElement.Size;
        int d = 0;
        for (; d + 8 <= headSize; d += 8)
        {
            TElement.Store(target + d * TElement.Size, Vector256.Load(value + d));
        }

        for (; d < headSize; d++)
        {
            TElement.StoreOne(target + d * TElement.Size, value[d]);
        }
    }
}
