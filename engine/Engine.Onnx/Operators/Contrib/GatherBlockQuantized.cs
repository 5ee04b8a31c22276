using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>Rows of a block-quantised table, dequantised: the embedding of a model whose head shares its weights.</summary>
internal sealed unsafe class GatherBlockQuantized : Operator
{
    private readonly int _bits;
    private readonly int _blockSize;

    public GatherBlockQuantized(Node node)
    {
        _bits = node.Attributes.Int32("bits", 4);
        _blockSize = node.Attributes.Int32("block_size", 128);
        if (node.Attributes.Int("gather_axis", 0) != 0)
        {
            throw new InvalidModelException("gather_axis other than 0 is not supported.");
        }

        if (_bits is not (2 or 4 or 8) || _blockSize < 16 || !int.IsPow2(_blockSize))
        {
            throw new InvalidModelException($"{_bits} bits in blocks of {_blockSize} are not supported.");
        }

        _quantizeAxis = node.Attributes.Int("quantize_axis", 1);
    }

    private readonly long _quantizeAxis;

    public override void Run(OperatorContext context)
    {
        Tensor data = context.Input(0);
        Tensor indices = context.Input(1);
        Tensor scales = context.Input(2);
        Tensor? zeroPoints = context.OptionalInput(3);
        if (data.Shape.Rank < 2 || context.NormalizeAxis(_quantizeAxis, data.Shape.Rank) != data.Shape.Rank - 1)
        {
            throw context.Error($"quantize_axis must be the innermost dimension of {data}.");
        }

        // In uint8 several fields share a byte; int4 and uint4 tensors count their elements.
        bool bytes = data.ElementType is ElementType.UInt8;
        int bits = bytes ? _bits : data.ElementType switch
        {
            ElementType.Int4 or ElementType.UInt4 => 4,
            _ => throw context.UnsupportedType(data.ElementType),
        };
        bool signed = data.ElementType == ElementType.Int4;
        Shape shape = data.Shape;
        int columns = checked(shape[^1] * (bytes ? 8 / bits : 1));
        long rowsPerEntry = shape.CountBetween(1, shape.Rank - 1);
        int blocks = (columns + _blockSize - 1) / _blockSize;
        if (scales.ElementCount != shape[0] * rowsPerEntry * blocks || (long)columns * bits % 8 != 0)
        {
            throw context.Error($"the scales are {scales}; a table {data} in blocks of {_blockSize} needs {blocks} for every row.");
        }

        Row row = new()
        {
            Fields = data.Data,
            RowBytes = (long)columns * bits / 8,
            Columns = columns,
            Bits = bits,
            BlockSize = _blockSize,
            Blocks = blocks,
            Signed = signed,
            Scales = scales,
            ZeroPoints = zeroPoints,
            DefaultZeroPoint = bytes ? 1 << (bits - 1) : 0,
        };
        row.Check(context, shape[0] * rowsPerEntry);

        Span<int> dimensions = stackalloc int[Shape.MaxRank];
        int rank = indices.Shape.Rank + shape.Rank - 1;
        if (rank > Shape.MaxRank)
        {
            throw context.Error($"the result would have {rank} dimensions.");
        }

        indices.Shape.Dimensions.CopyTo(dimensions);
        shape.Dimensions[1..].CopyTo(dimensions[indices.Shape.Rank..]);
        dimensions[rank - 1] = columns;
        FloatOutput y = context.AllocateFloats(0, scales.ElementType, new Shape(dimensions[..rank]));
        for (int i = 0; i < indices.ElementCount; i++)
        {
            long index = indices.ElementType switch
            {
                ElementType.Int64 => ((long*)indices.Data)[i],
                ElementType.Int32 => ((int*)indices.Data)[i],
                _ => throw context.UnsupportedType(indices.ElementType),
            };
            index = index < 0 ? index + shape[0] : index;
            if (index < 0 || index >= shape[0])
            {
                throw context.Error($"index {index} is outside a table of {shape[0]} rows.");
            }

            for (long r = 0; r < rowsPerEntry; r++)
            {
                row.Dequantize(index * rowsPerEntry + r, y.Data + (i * rowsPerEntry + r) * columns);
            }
        }

        y.Complete();
    }

    /// <summary>Dequantises single rows.</summary>
    private ref struct Row
    {
        public byte* Fields;
        public long RowBytes;
        public int Columns;
        public int Bits;
        public int BlockSize;
        public int Blocks;
        public bool Signed;
        public Tensor Scales;
        public Tensor? ZeroPoints;
        public int DefaultZeroPoint;

        public readonly void Check(OperatorContext context, long rows)
        {
            if (!FloatOperands.IsFloat(Scales.ElementType))
            {
                throw context.UnsupportedType(Scales.ElementType);
            }

            if (ZeroPoints is null)
            {
                return;
            }

            bool fits = ZeroPoints.ElementType == ElementType.UInt8 ? ZeroPoints.ElementCount >= rows * ((Blocks * Bits + 7) / 8)
                : ZeroPoints.ElementType is ElementType.Int4 or ElementType.UInt4 && ZeroPoints.ElementCount >= rows * Blocks;
            if (!fits)
            {
                throw context.Error($"the zero points are {ZeroPoints}, too few or of a wrong type for {rows} rows of {Blocks} blocks.");
            }
        }

        public readonly void Dequantize(long row, float* target)
        {
            byte* source = Fields + row * RowBytes;
            for (int block = 0; block < Blocks; block++)
            {
                float scale = Scale(row * Blocks + block);
                int zeroPoint = ZeroPoint(row, block);
                int end = Math.Min(Columns, (block + 1) * BlockSize);
                for (int column = block * BlockSize; column < end; column++)
                {
                    target[column] = scale * (Field(source, column) - zeroPoint);
                }
            }
        }

        private readonly int Field(byte* source, long index)
        {
            int bit = (int)(index * Bits % 8);
            int value = (source[index * Bits / 8] >> bit) & ((1 << Bits) - 1);
            return Signed && value >= 1 << (Bits - 1) ? value - (1 << Bits) : value;
        }

        private readonly float Scale(long index) => Scales.ElementType switch
        {
            ElementType.Float32 => ((float*)Scales.Data)[index],
            ElementType.Float16 => (float)((Half*)Scales.Data)[index],
            _ => ((BFloat16*)Scales.Data)[index].ToSingle(),
        };

        private readonly int ZeroPoint(long row, int block)
        {
            if (ZeroPoints is null)
            {
                return DefaultZeroPoint;
            }

            return ZeroPoints.ElementType == ElementType.UInt8
                ? Field(ZeroPoints.Data + row * ((Blocks * Bits + 7) / 8), block)
                : Field(ZeroPoints.Data, row * Blocks + block);
        }
    }
}
