using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Activation rows rounded to 8 bits as the integer kernels read them: scale = max |a| / 127 for each row and block, values rounded to
/// nearest, ties to even. For every vector of weight words come the words of activations that meet them, those of the tile's rows side by
/// side; then, for all blocks, the scales and the sums of the rounded values.
/// </summary>
/// <remarks>
/// A weight word of 2 or 4 bits meets a word of four bytes per shift, byte j being the column that field has in byte j; one of 8 bits meets two
/// words of two 16-bit numbers, columns 0 and 2, then 1 and 3.
/// </remarks>
internal static unsafe class Int8Activations
{
    /// <summary>Bytes that a tile takes.</summary>
    public static long TileBytes(in BlockLayout layout, int bits, int tileRows) =>
        ((long)layout.BlockCount * tileRows * (layout.VectorCount * Words(bits) + 2) * sizeof(int) + AlignedMemory.Alignment - 1) & ~(AlignedMemory.Alignment - 1);

    /// <summary>The scales of a tile, <c>[BlockCount, tileRows]</c>; as many 32-bit sums follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Scales(byte* tile, in BlockLayout layout, int tileRows) =>
        (float*)tile + (long)layout.BlockCount * tileRows * layout.VectorCount * Words(layout.VectorCount * 32 / layout.BlockSize);

    /// <summary>Words of activations for one word of weights.</summary>
    private static int Words(int bits) => bits == 2 ? 4 : 2;

    /// <summary>Packs <paramref name="rows"/> rows and fills the tile up with rows of zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* source, int rows, int columns, in BlockLayout layout, int bits, byte* tile, int tileRows)
    {
        int fields = 32 / bits;
        int words = Words(bits);
        float* scales = Scales(tile, layout, tileRows);
        int* sums = (int*)scales + (long)layout.BlockCount * tileRows;
        float* block = stackalloc float[layout.BlockSize];
        int* rounded = stackalloc int[layout.BlockSize];
        for (int row = 0; row < tileRows; row++)
        {
            for (int b = 0; b < layout.BlockCount; b++)
            {
                int length = row < rows ? Math.Min(layout.BlockSize, columns - b * layout.BlockSize) : 0;
                float* values = source + (long)row * columns + (long)b * layout.BlockSize;
                if (length < layout.BlockSize)
                {
                    new Span<float>(block, layout.BlockSize).Clear();
                    new ReadOnlySpan<float>(values, length).CopyTo(new Span<float>(block, layout.BlockSize));
                    values = block;
                }

                scales[b * tileRows + row] = Rounding.ToInt8(values, layout.BlockSize, rounded, out sums[b * tileRows + row]);
                int* target = (int*)tile + (long)b * layout.VectorCount * words * tileRows + row;
                for (int vector = 0; vector < layout.VectorCount; vector++)
                {
                    Vector128<int> packed = Words(rounded + vector * fields, bits);
                    for (int word = 0; word < words; word++)
                    {
                        target[(vector * words + word) * tileRows] = packed[word];
                    }
                }
            }
        }
    }

    /// <summary>The words for one vector of weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Words(int* values, int bits)
    {
        Vector128<int> low = Vector128.Create(0xFF);
        Vector128<int> a = Vector128.Load(values);
        if (bits == 8)
        {
            // Columns 0 and 1 below, 2 and 3 above.
            return (a & Vector128.Create(0xFFFF)) | (Vector128.Shuffle(a, Vector128.Create(2, 3, 2, 3)) << 16);
        }

        Vector128<int> b = Vector128.Load(values + 4);
        if (bits == 4)
        {
            // Byte 0 of the two words: columns 0 and 1; byte 1: 2 and 3; bytes 2 and 3: 4 to 7.
            Vector128<int> pairs = (a & low) | ((b & low) << 16);
            return pairs | (Vector128.Shuffle(pairs, Vector128.Create(2, 3, 2, 3)) << 8);
        }

        Vector128<int> c = Vector128.Load(values + 8);
        Vector128<int> d = Vector128.Load(values + 12);
        return (a & low) | ((b & low) << 8) | ((c & low) << 16) | (d << 24);
    }
}
