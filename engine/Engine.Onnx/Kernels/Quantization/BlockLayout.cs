namespace Engine.Onnx.Kernels.Quantization;

/// <summary>How the blocks of a <see cref="BlockQuantizedMatrix"/> lie: fields, then scales, then offsets, each for sixteen rows.</summary>
internal readonly struct BlockLayout(int blockCount, int blockSize, int bits, bool halfScales, OffsetKind offsets, int zeroPoint)
{
    /// <summary>Changes whenever the same weights become other bytes: files of packed weights are then made anew.</summary>
    public const int Version = 1;

    /// <summary>Bytes of one vector of fields: a 32-bit word for each of sixteen rows.</summary>
    public const int VectorBytes = 64;

    public readonly int BlockCount = blockCount;

    /// <summary>Vectors of fields in a block.</summary>
    public readonly int VectorCount = blockSize * bits / 32;

    /// <summary>Weights along K in a block.</summary>
    public readonly int BlockSize = blockSize;

    /// <summary>Scales are fp16: all of them are exactly representable. Otherwise fp32.</summary>
    public readonly bool HalfScales = halfScales;

    public readonly OffsetKind Offsets = offsets;

    /// <summary>The zero point of every weight where <see cref="Offsets"/> says none.</summary>
    public readonly int ZeroPoint = zeroPoint;

    public readonly int BlockBytes = blockSize * bits / 32 * VectorBytes + (halfScales ? 32 : 64)
        + offsets switch { OffsetKind.None => 0, OffsetKind.Half => 32, _ => 64 };

    /// <summary>Whether packed activations of this layout are those of the other one too.</summary>
    public bool ReadsSameActivations(in BlockLayout other) =>
        BlockCount == other.BlockCount && BlockSize == other.BlockSize && VectorCount == other.VectorCount && ZeroPoint == other.ZeroPoint
        && (Offsets == OffsetKind.None) == (other.Offsets == OffsetKind.None);

    public int FieldBytes => VectorCount * VectorBytes;

    /// <summary>Bytes of the scales and offsets of a block, which lie behind its fields: a multiple of 32.</summary>
    public int FactorBytes => BlockBytes - FieldBytes;

    public int OffsetsAt => FieldBytes + (HalfScales ? 32 : 64);
}

/// <summary>How a block's zero points are kept.</summary>
internal enum OffsetKind
{
    /// <summary>All weights have one zero point, which is a whole number.</summary>
    None,

    /// <summary>-scale * zero point, in fp16.</summary>
    Half,

    /// <summary>-scale * zero point, in fp32.</summary>
    Single,
}
