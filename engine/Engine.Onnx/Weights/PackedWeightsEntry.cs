using System.Runtime.InteropServices;
using Engine.Onnx.Kernels.Quantization;

namespace Engine.Onnx.Weights;

/// <summary>A matrix in a <see cref="PackedWeightsFile"/>.</summary>
/// <param name="Key">What it was made from.</param>
/// <param name="HalfScales">1 when its scales are fp16.</param>
/// <param name="Offsets">An <see cref="OffsetKind"/>.</param>
/// <param name="Offset">Its first byte in the file.</param>
/// <param name="Length">Its bytes.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PackedWeightsEntry(WeightKey Key, int HalfScales, int Offsets, long Offset, long Length)
{
    /// <summary>How its groups lie.</summary>
    public BlockLayout Layout => new((int)(((long)Key.Columns + Key.BlockSize - 1) / Key.BlockSize), Key.BlockSize, Key.Bits, HalfScales == 1, (OffsetKind)Offsets, 1 << (Key.Bits - 1));

    /// <summary>Whether it can be what it says, inside a file of that length.</summary>
    public bool IsSound(long fileLength)
    {
        if (Key.Bits is not (2 or 4 or 8) || Key.BlockSize is < 16 or > 256 || !int.IsPow2(Key.BlockSize) || Key.Rows < 1 || Key.Columns < 1
            || HalfScales is not (0 or 1) || (OffsetKind)Offsets is not (OffsetKind.None or OffsetKind.Half or OffsetKind.Single))
        {
            return false;
        }

        return Offset >= 0 && Offset % PackedWeightsFile.Alignment == 0 && Length == BlockQuantizedMatrix.PackedBytes(Key.Rows, Layout)
            && Length <= fileLength - PackedWeightsFile.Alignment && Offset <= fileLength - PackedWeightsFile.Alignment - Length;
    }
}
