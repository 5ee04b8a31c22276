using Engine.Onnx.Kernels;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;
using Engine.Onnx.Weights;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>Block-quantised weights of a node as ONNX gives them, checked and packed for the kernels.</summary>
internal static unsafe class QuantizedWeights
{
    /// <summary>Packs the weights of one matrix.</summary>
    /// <param name="fields">uint8, N rows of ceil(K / block size) blocks.</param>
    /// <param name="scales">fp32, fp16 or bf16, one a block.</param>
    /// <param name="zeroPoints">Packed in uint8, or one float a block; null for the middle of the range.</param>
    /// <param name="rows">N.</param>
    /// <param name="columns">K.</param>
    /// <param name="bits">Bits of a weight.</param>
    /// <param name="blockSize">Weights that share a scale.</param>
    /// <param name="pool">Threads to use.</param>
    /// <param name="store">Where to take them from; null for weights that are computed.</param>
    /// <param name="matrix">Which of the matrices that the tensors hold one after the other.</param>
    /// <exception cref="ArgumentException">A type or size is not supported; the message says which.</exception>
    public static BlockQuantizedMatrix Pack(
        Tensor fields, Tensor scales, Tensor? zeroPoints, int rows, int columns, int bits, int blockSize, WorkerPool pool, WeightStore? store = null, int matrix = 0)
    {
        if (bits is not (2 or 4 or 8))
        {
            throw new ArgumentException($"weights of {bits} bits are not supported; 2, 4 and 8 are.");
        }

        if (rows < 1 || columns < 1 || blockSize is < 16 or > 256 || !int.IsPow2(blockSize))
        {
            throw new ArgumentException($"a weight of {rows} x {columns} in blocks of {blockSize} is not supported; blocks are a power of two from 16 to 256.");
        }

        long blocks = (columns + blockSize - 1) / blockSize;
        long fieldBytes = rows * blocks * blockSize * bits / 8;
        Check(fields.ElementType is ElementType.UInt8 or ElementType.Int8, fields.ByteLength, fieldBytes * (matrix + 1), "weights", fields);
        Check(FloatOperands.IsFloat(scales.ElementType), scales.ElementCount, rows * blocks * (matrix + 1), "scales", scales);
        long zeroPointBytes = rows * ((blocks * bits + 7) / 8);
        bool packed = zeroPoints?.ElementType == ElementType.UInt8;
        if (zeroPoints is not null)
        {
            Check(packed || FloatOperands.IsFloat(zeroPoints.ElementType), zeroPoints.ElementCount, (packed ? zeroPointBytes : rows * blocks) * (matrix + 1), "zero points", zeroPoints);
        }

        // bf16 is widened once; fp16 is read as it is.
        using AlignedMemory? wideScales = Widened(scales);
        using AlignedMemory? wideZeroPoints = packed ? null : Widened(zeroPoints);
        long first = matrix * rows * blocks;
        BlockQuantizedSource source = new()
        {
            Rows = rows,
            Columns = columns,
            Bits = bits,
            BlockSize = blockSize,
            Fields = fields.Data + matrix * fieldBytes,
            Scales = scales.ElementType == ElementType.Float16 ? null : (float*)(wideScales is null ? scales.Data : wideScales.Pointer) + first,
            HalfScales = scales.ElementType == ElementType.Float16 ? (Half*)scales.Data + first : null,
            PackedZeroPoints = packed ? zeroPoints!.Data + matrix * zeroPointBytes : null,
            FloatZeroPoints = packed || zeroPoints is null or { ElementType: ElementType.Float16 }
                ? null
                : (float*)(wideZeroPoints is null ? zeroPoints.Data : wideZeroPoints.Pointer) + first,
            HalfZeroPoints = zeroPoints?.ElementType == ElementType.Float16 ? (Half*)zeroPoints.Data + first : null,
        };
        return store is null ? BlockQuantizedMatrix.Pack(source, pool) : store.Prepare(source, fields, scales, zeroPoints, pool);
    }

    private static void Check(bool typeFits, long count, long needed, string what, Tensor tensor)
    {
        if (!typeFits || count < needed)
        {
            throw new ArgumentException($"the {what} are {tensor}; {needed} elements of a supported type are needed.");
        }
    }

    private static AlignedMemory? Widened(Tensor? tensor)
    {
        if (tensor is null or not { ElementType: ElementType.BFloat16 })
        {
            return null;
        }

        AlignedMemory memory = new(tensor.ElementCount * sizeof(float));
        FloatOperands.Widen(tensor, (float*)memory.Pointer);
        return memory;
    }
}
