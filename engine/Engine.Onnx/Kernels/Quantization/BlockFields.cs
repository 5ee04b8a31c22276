using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Brings the fields of sixteen rows into the order of a <see cref="BlockLayout"/>: 32-bit words that lie one after the other become a word of every row.</summary>
internal static unsafe class BlockFields
{
    /// <summary>Words of a row that are moved at a time.</summary>
    private const int Abreast = 8;

    /// <summary>Writes the fields of one group; scales and offsets between them are left alone.</summary>
    /// <param name="source">The fields of the first row; rows follow each other.</param>
    /// <param name="rows">Rows that exist, at most 16; the others' fields become zeros.</param>
    /// <param name="layout">The layout of the group.</param>
    /// <param name="group">The group.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Arrange(byte* source, int rows, in BlockLayout layout, byte* group)
    {
        int words = layout.BlockCount * layout.VectorCount;
        int word = 0;
        if (Avx.IsSupported && rows == BlockQuantizedMatrix.GroupRows)
        {
            word = words / Abreast * Abreast;
            ArrangeAbreast(source, word, words * sizeof(uint), layout, group);
        }

        for (; word < words; word++)
        {
            uint* target = (uint*)Vector(group, word, layout);
            for (int row = 0; row < BlockQuantizedMatrix.GroupRows; row++)
            {
                target[row] = row < rows ? Unsafe.ReadUnaligned<uint>(source + ((long)row * words + word) * sizeof(uint)) : 0;
            }
        }
    }

    /// <summary>Writes the scales and offsets of one group between its fields.</summary>
    /// <param name="factors">Those of a block behind those of another.</param>
    /// <param name="layout">The layout of the group.</param>
    /// <param name="group">The group.</param>
    public static void Interleave(byte* factors, in BlockLayout layout, byte* group)
    {
        byte* target = group + layout.FieldBytes;
        int bytes = layout.FactorBytes;
        for (int block = 0; block < layout.BlockCount; block++)
        {
            for (int at = 0; at < bytes; at += Vector256<byte>.Count)
            {
                Vector256.Load(factors + at).Store(target + at);
            }

            factors += bytes;
            target += layout.BlockBytes;
        }
    }

    private static byte* Vector(byte* group, int word, in BlockLayout layout) =>
        group + (long)(word / layout.VectorCount) * layout.BlockBytes + word % layout.VectorCount * BlockLayout.VectorBytes;

    /// <summary>Eight words of eight rows at a time, as a matrix that is transposed.</summary>
    private static void ArrangeAbreast(byte* source, int words, int rowBytes, in BlockLayout layout, byte* group)
    {
        byte** targets = stackalloc byte*[Abreast];
        byte* target = group;
        int left = layout.VectorCount;
        int gap = layout.BlockBytes - layout.FieldBytes;
        for (int word = 0; word < words; word += Abreast)
        {
            for (int i = 0; i < Abreast; i++)
            {
                targets[i] = target;
                target += BlockLayout.VectorBytes;
                if (--left == 0)
                {
                    target += gap;
                    left = layout.VectorCount;
                }
            }

            Transpose(source, rowBytes, targets, 0);
            Transpose(source + 8L * rowBytes, rowBytes, targets, 32);
            source += Abreast * sizeof(uint);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(byte* source, int rowBytes, byte** targets, int at)
    {
        byte* next = source + 16L * rowBytes;
        if (Sse.IsSupported)
        {
            // The group behind this one: rows this short are no stream that the processor would see.
            for (int row = 0; row < 8; row++)
            {
                Sse.Prefetch0(next + (nint)row * rowBytes);
            }
        }

        Vector256<float> r0 = Vector256.Load((float*)source), r1 = Vector256.Load((float*)(source + rowBytes));
        Vector256<float> r2 = Vector256.Load((float*)(source + 2L * rowBytes)), r3 = Vector256.Load((float*)(source + 3L * rowBytes));
        Vector256<float> r4 = Vector256.Load((float*)(source + 4L * rowBytes)), r5 = Vector256.Load((float*)(source + 5L * rowBytes));
        Vector256<float> r6 = Vector256.Load((float*)(source + 6L * rowBytes)), r7 = Vector256.Load((float*)(source + 7L * rowBytes));

        // Pairs of rows, then fours, then eights.
        Vector256<double> a0 = Avx.UnpackLow(r0, r1).AsDouble(), a1 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> a2 = Avx.UnpackLow(r2, r3).AsDouble(), a3 = Avx.UnpackHigh(r2, r3).AsDouble();
        Vector256<double> a4 = Avx.UnpackLow(r4, r5).AsDouble(), a5 = Avx.UnpackHigh(r4, r5).AsDouble();
        Vector256<double> a6 = Avx.UnpackLow(r6, r7).AsDouble(), a7 = Avx.UnpackHigh(r6, r7).AsDouble();
        Vector256<double> b0 = Avx.UnpackLow(a0, a2), b1 = Avx.UnpackHigh(a0, a2);
        Vector256<double> b2 = Avx.UnpackLow(a1, a3), b3 = Avx.UnpackHigh(a1, a3);
        Vector256<double> b4 = Avx.UnpackLow(a4, a6), b5 = Avx.UnpackHigh(a4, a6);
        Vector256<double> b6 = Avx.UnpackLow(a5, a7), b7 = Avx.UnpackHigh(a5, a7);
        Avx.Permute2x128(b0, b4, 0x20).Store((double*)(targets[0] + at));
        Avx.Permute2x128(b1, b5, 0x20).Store((double*)(targets[1] + at));
        Avx.Permute2x128(b2, b6, 0x20).Store((double*)(targets[2] + at));
        Avx.Permute2x128(b3, b7, 0x20).Store((double*)(targets[3] + at));
        Avx.Permute2x128(b0, b4, 0x31).Store((double*)(targets[4] + at));
        Avx.Permute2x128(b1, b5, 0x31).Store((double*)(targets[5] + at));
        Avx.Permute2x128(b2, b6, 0x31).Store((double*)(targets[6] + at));
        Avx.Permute2x128(b3, b7, 0x31).Store((double*)(targets[7] + at));
    }
}
