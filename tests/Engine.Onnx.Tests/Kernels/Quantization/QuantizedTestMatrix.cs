using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Kernels.Quantization;

/// <summary>Random block-quantised weights as a model file has them, with their values in double.</summary>
internal sealed unsafe class QuantizedTestMatrix
{
    private readonly byte[] _fields;
    private readonly float[] _scales;
    private readonly byte[]? _packedZeroPoints;
    private readonly float[]? _floatZeroPoints;
    private readonly bool _halfScales;

    public QuantizedTestMatrix(int rows, int columns, int bits, int blockSize, string zeroPoints, bool exactHalfScales, bool halfScales = false, int seed = 1)
    {
        (Rows, Columns, Bits, BlockSize, _halfScales) = (rows, columns, bits, blockSize, halfScales);
        Random random = new(seed);
        int blocks = (columns + blockSize - 1) / blockSize;
        _fields = GC.AllocateArray<byte>(rows * blocks * blockSize * bits / 8, pinned: true);
        random.NextBytes(_fields);
        _scales = new float[rows * blocks];
        for (int i = 0; i < _scales.Length; i++)
        {
            float scale = (random.NextSingle() * 0.02f + 0.001f) * (random.Next(4) == 0 ? -1 : 1);
            _scales[i] = exactHalfScales || halfScales ? (float)(Half)scale : scale;
        }

        if (zeroPoints == "packed")
        {
            _packedZeroPoints = new byte[rows * ((blocks * bits + 7) / 8)];
            random.NextBytes(_packedZeroPoints);
        }
        else if (zeroPoints == "float")
        {
            _floatZeroPoints = [.. _scales.Select(_ => random.NextSingle() * ((1 << bits) - 1))];
        }
        else if (zeroPoints == "min")
        {
            // As a model converted from scale * q + minimum has them.
            _floatZeroPoints = [.. _scales.Select(scale => -(float)(Half)(random.NextSingle() * 0.1f) / scale)];
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Bits { get; }

    public int BlockSize { get; }

    public BlockQuantizedMatrix Pack(WorkerPool pool) => Make(pool, inPlace: false);

    /// <summary>Its fields stay in this object, which must live as long.</summary>
    public BlockQuantizedMatrix InPlace(WorkerPool pool) => Make(pool, inPlace: true);

    private BlockQuantizedMatrix Make(WorkerPool pool, bool inPlace)
    {
        Half[] halves = [.. _scales.Select(scale => (Half)scale)];
        fixed (byte* fields = _fields, packed = _packedZeroPoints)
        fixed (float* scales = _scales, zeroPoints = _floatZeroPoints)
        fixed (Half* half = halves)
        {
            BlockQuantizedSource source = new()
            {
                Rows = Rows,
                Columns = Columns,
                Bits = Bits,
                BlockSize = BlockSize,
                Fields = fields,
                Scales = _halfScales ? null : scales,
                HalfScales = _halfScales ? half : null,
                PackedZeroPoints = packed,
                FloatZeroPoints = zeroPoints,
            };
            return inPlace ? BlockQuantizedMatrix.InPlace(source, pool) : BlockQuantizedMatrix.Pack(source, pool);
        }
    }

    /// <summary>The product with rows of activations, in double. With int8 activations they are rounded first, as the definition says.</summary>
    public double[] Multiply(float[] x, int rows, bool int8)
    {
        double[] activations = int8 ? Round(x, rows) : [.. x.Select(value => (double)value)];
        double[] result = new double[rows * Rows];
        for (int n = 0; n < Rows; n++)
        {
            double[] weights = [.. Enumerable.Range(0, Columns).Select(k => Weight(n, k))];
            for (int m = 0; m < rows; m++)
            {
                double sum = 0;
                for (int k = 0; k < Columns; k++)
                {
                    sum += weights[k] * activations[m * Columns + k];
                }

                result[m * Rows + n] = sum;
            }
        }

        return result;
    }

    /// <summary>The sum over a row of |weight| and, because a zero point is multiplied by itself, |scale * zero point|, times a size for each column.</summary>
    public double LargestProducts(int row, double[] sizes)
    {
        int blocks = (Columns + BlockSize - 1) / BlockSize;
        return sizes.Select((size, k) => size * (Math.Abs(Weight(row, k)) + Math.Abs(_scales[row * blocks + k / BlockSize]) * (1 << Bits))).Sum();
    }

    private double Weight(int row, int column)
    {
        int blocks = (Columns + BlockSize - 1) / BlockSize;
        int block = column / BlockSize;
        long bit = ((long)row * blocks * BlockSize + column) * Bits;
        int field = (_fields[bit / 8] >> (int)(bit % 8)) & ((1 << Bits) - 1);
        double zeroPoint = 1 << (Bits - 1);
        if (_floatZeroPoints is not null)
        {
            zeroPoint = _floatZeroPoints[row * blocks + block];
        }
        else if (_packedZeroPoints is not null)
        {
            int at = block * Bits;
            zeroPoint = (_packedZeroPoints[row * ((blocks * Bits + 7) / 8) + at / 8] >> (at % 8)) & ((1 << Bits) - 1);
        }

        return _scales[row * blocks + block] * (field - zeroPoint);
    }

    private double[] Round(float[] x, int rows)
    {
        double[] result = new double[x.Length];
        for (int m = 0; m < rows; m++)
        {
            for (int first = 0; first < Columns; first += BlockSize)
            {
                int count = Math.Min(BlockSize, Columns - first);
                Span<float> block = x.AsSpan(m * Columns + first, count);
                float max = 0;
                foreach (float value in block)
                {
                    max = MathF.Max(max, MathF.Abs(value));
                }

                float scale = max / 127;
                float inverse = scale == 0 ? 0 : 1 / scale;
                for (int i = 0; i < count; i++)
                {
                    result[m * Columns + first + i] = (double)scale * MathF.Round(block[i] * inverse, MidpointRounding.ToEven);
                }
            }
        }

        return result;
    }
}
