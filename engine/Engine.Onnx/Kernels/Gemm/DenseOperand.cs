namespace Engine.Onnx.Kernels.Gemm;

/// <summary>The right operand of a product, packed or as a tensor has it.</summary>
internal readonly unsafe struct DenseOperand
{
    public required DenseElement Element { get; init; }

    /// <summary>Rows, K.</summary>
    public required int Depth { get; init; }

    /// <summary>Columns, N.</summary>
    public required int Columns { get; init; }

    public required byte* Data { get; init; }

    /// <summary>Bytes from one row to the next.</summary>
    public required nint RowBytes { get; init; }

    /// <summary>Bytes from sixteen columns to the next sixteen.</summary>
    public required nint GroupBytes { get; init; }

    /// <summary>Whether the last group has sixteen columns in memory, existing or not.</summary>
    public required bool PaddedToGroups { get; init; }

    public int GroupCount => (Columns + DenseTiles.Columns - 1) / DenseTiles.Columns;

    /// <summary>A tensor <c>[K, N]</c> of fp32 as it lies.</summary>
    public static DenseOperand OfRows(float* data, int depth, int columns) => new()
    {
        Element = DenseElement.Single,
        Depth = depth,
        Columns = columns,
        Data = (byte*)data,
        RowBytes = (nint)columns * sizeof(float),
        GroupBytes = DenseTiles.Columns * sizeof(float),
        PaddedToGroups = columns % DenseTiles.Columns == 0,
    };
}
