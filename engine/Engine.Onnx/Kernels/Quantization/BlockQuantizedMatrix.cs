using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Block-quantised weights in the order in which kernels read them. Sixteen output rows form a group; a group is one contiguous stream of
/// blocks; a block holds its fields as vectors of sixteen 32-bit words, word r being the next 32 bits of row r exactly as ONNX stores them,
/// then sixteen scales and, for weights with zero points, sixteen offsets (-scale * zero point). A lane is a row, so no kernel ever sums
/// across lanes, and one layout serves every vector width with the same bits.
/// </summary>
/// <remarks>
/// The fields may also stay where the model has them: then a group is put together each time it is read, next to the kernel that reads it,
/// with the very same bytes. That costs little where many rows share a group, and some of the speed where one row passes through all of them.
/// </remarks>
internal sealed unsafe class BlockQuantizedMatrix : IDisposable
{
    /// <summary>Output rows of a group.</summary>
    public const int GroupRows = 16;

    private readonly byte* _fields;
    private readonly byte* _mapped;
    private readonly WeightMemory? _memory;

    private BlockQuantizedMatrix(int rows, int columns, int blockSize, int bits, in BlockLayout layout, byte* mapped)
    {
        Rows = rows;
        Columns = columns;
        BlockSize = blockSize;
        Bits = bits;
        Layout = layout;
        _mapped = mapped;
        ByteCount = PackedBytes(rows, layout);
    }

    private BlockQuantizedMatrix(in BlockQuantizedSource source, in BlockLayout layout, byte* fields)
        : this(source.Rows, source.Columns, source.BlockSize, source.Bits, layout, null)
    {
        _fields = fields;
        ByteCount = fields is null ? ByteCount : (long)layout.BlockCount * layout.FactorBytes * GroupCount;
        _memory = new WeightMemory(ByteCount);
    }

    /// <summary>Output rows, N.</summary>
    public int Rows { get; }

    /// <summary>Input columns, K.</summary>
    public int Columns { get; }

    public int BlockSize { get; }

    public int Bits { get; }

    public BlockLayout Layout { get; }

    public int GroupCount => (Rows + GroupRows - 1) / GroupRows;

    public long GroupBytes => (long)Layout.BlockCount * Layout.BlockBytes;

    /// <summary>Bytes of its own, or of the file that has it packed.</summary>
    public long ByteCount { get; }

    /// <summary>Bytes that a product reads, wherever they are.</summary>
    public long ReadBytes => GroupBytes * GroupCount;

    /// <summary>Whether the fields are where the model has them.</summary>
    public bool IsInPlace => _fields is not null;

    /// <summary>Where a thread lets <see cref="Group"/> put groups together; null where they lie ready.</summary>
    public byte* Workspace() => IsInPlace ? Scratch.Get<byte>(Scratch.Purpose.Group, GroupBytes) : null;

    /// <summary>One group: where it lies, or put together in a <see cref="Workspace"/>.</summary>
    public byte* Group(int group, byte* workspace)
    {
        if (_fields is null)
        {
            return Own + group * GroupBytes;
        }

        int firstRow = group * GroupRows;
        long rowBytes = (long)Layout.BlockCount * Layout.VectorCount * sizeof(uint);
        BlockFields.Arrange(_fields + firstRow * rowBytes, Math.Min(GroupRows, Rows - firstRow), Layout, workspace);
        BlockFields.Interleave(Own + (long)group * Layout.BlockCount * Layout.FactorBytes, Layout, workspace);
        return workspace;
    }

    /// <summary>Repacks weights; the source is not needed afterwards.</summary>
    /// <exception cref="ArgumentException">A size that the kernels do not support.</exception>
    public static BlockQuantizedMatrix Pack(in BlockQuantizedSource source, WorkerPool pool)
    {
        BlockQuantizedMatrix matrix = new(source, ChooseLayout(source, pool), null);
        BlockQuantizedPacker.Pack(source, matrix.Layout, matrix.Own, pool);
        return matrix;
    }

    /// <summary>Leaves the fields where they are, which must outlive the matrix; scales and zero points are not needed afterwards.</summary>
    /// <inheritdoc cref="Pack"/>
    public static BlockQuantizedMatrix InPlace(in BlockQuantizedSource source, WorkerPool pool)
    {
        BlockQuantizedMatrix matrix = new(source, ChooseLayout(source, pool), source.Fields);
        BlockQuantizedPacker.PackFactors(source, matrix.Layout, matrix.Own, pool);
        return matrix;
    }

    /// <summary>Takes weights that were packed before; their bytes must outlive the matrix.</summary>
    public static BlockQuantizedMatrix Mapped(int rows, int columns, int blockSize, int bits, in BlockLayout layout, byte* data) => new(rows, columns, blockSize, bits, layout, data);

    /// <summary>Bytes of packed weights.</summary>
    public static long PackedBytes(int rows, in BlockLayout layout) => ((long)rows + GroupRows - 1) / GroupRows * layout.BlockCount * layout.BlockBytes;

    public void Dispose() => _memory?.Dispose();

    private byte* Own => _memory is null ? _mapped : _memory.Pointer;

    private static BlockLayout ChooseLayout(in BlockQuantizedSource source, WorkerPool pool)
    {
        if (source.Bits is not (2 or 4 or 8))
        {
            throw new ArgumentException($"Weights of {source.Bits} bits are not supported; 2, 4 and 8 are.");
        }

        if (source.BlockSize is < 16 or > 256 || !int.IsPow2(source.BlockSize))
        {
            throw new ArgumentException($"Blocks of {source.BlockSize} weights are not supported; powers of two from 16 to 256 are.");
        }

        return BlockQuantizedPacker.ChooseLayout(source, pool);
    }
}
