using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Block-quantised weights in the order in which kernels read them. Sixteen output rows form a group; a group is one contiguous stream of
/// blocks; a block holds its fields as vectors of sixteen 32-bit words, word r being the next 32 bits of row r exactly as ONNX stores them,
/// then sixteen scales and, for weights with zero points, sixteen offsets (-scale * zero point). A lane is a row, so no kernel ever sums
/// across lanes, and one layout serves every vector width with the same bits.
/// </summary>
internal sealed unsafe class BlockQuantizedMatrix : IDisposable
{
    /// <summary>Output rows of a group.</summary>
    public const int GroupRows = 16;

    private readonly AlignedMemory _memory;

    private BlockQuantizedMatrix(in BlockQuantizedSource source, in BlockLayout layout)
    {
        Rows = source.Rows;
        Columns = source.Columns;
        BlockSize = source.BlockSize;
        Bits = source.Bits;
        Layout = layout;
        _memory = new AlignedMemory(GroupBytes * GroupCount);
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

    public long ByteCount => _memory.ByteCount;

    public byte* Group(int group) => _memory.Pointer + group * GroupBytes;

    /// <summary>Repacks weights; the source is not needed afterwards.</summary>
    /// <exception cref="ArgumentException">A size that the kernels do not support.</exception>
    public static BlockQuantizedMatrix Pack(in BlockQuantizedSource source, WorkerPool pool)
    {
        if (source.Bits is not (2 or 4 or 8))
        {
            throw new ArgumentException($"Weights of {source.Bits} bits are not supported; 2, 4 and 8 are.");
        }

        if (source.BlockSize is < 16 or > 256 || !int.IsPow2(source.BlockSize))
        {
            throw new ArgumentException($"Blocks of {source.BlockSize} weights are not supported; powers of two from 16 to 256 are.");
        }

        BlockQuantizedMatrix matrix = new(source, BlockQuantizedPacker.ChooseLayout(source, pool));
        BlockQuantizedPacker.Pack(source, matrix, pool);
        return matrix;
    }

    public void Dispose() => _memory.Dispose();
}
