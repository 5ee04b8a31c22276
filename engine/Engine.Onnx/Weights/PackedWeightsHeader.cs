using System.Runtime.InteropServices;

namespace Engine.Onnx.Weights;

/// <summary>The beginning of a <see cref="PackedWeightsFile"/>; written as it lies in memory, so that a file from a machine of the other byte order is a foreign one.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PackedWeightsHeader
{
    private const ulong ExpectedMagic = 0x31_57_50_65_6E_69_67_6E;

    /// <summary>Of everything from behind this field to the data.</summary>
    public ulong HeadChecksum;

    public ulong Magic;
    public long FileLength;
    public long DataAt;
    public int EntryCount;
    public int PieceCount;
    private fixed byte _identity[ModelIdentity.Bytes];

    /// <summary>The model that the weights were made from.</summary>
    public ReadOnlySpan<byte> Identity
    {
        readonly get
        {
            fixed (byte* identity = _identity)
            {
                return new ReadOnlySpan<byte>(identity, ModelIdentity.Bytes).ToArray();
            }
        }

        set
        {
            fixed (byte* identity = _identity)
            {
                value.CopyTo(new Span<byte>(identity, ModelIdentity.Bytes));
            }
        }
    }

    /// <summary>The header for so many entries and so much data.</summary>
    public static PackedWeightsHeader Create(int entryCount, long dataBytes, ReadOnlySpan<byte> identity)
    {
        int pieces = checked((int)((dataBytes + PackedWeightsFile.PieceBytes - 1) / PackedWeightsFile.PieceBytes));
        long dataAt = AlignUp(HeadBytes(entryCount, pieces));
        return new PackedWeightsHeader
        {
            Magic = ExpectedMagic, EntryCount = entryCount, PieceCount = pieces, DataAt = dataAt, FileLength = dataAt + dataBytes, Identity = identity,
        };
    }

    /// <summary>Whether its numbers fit each other and a file of that length.</summary>
    public readonly bool Describes(long fileLength) =>
        Magic == ExpectedMagic && FileLength == fileLength && EntryCount >= 0 && PieceCount >= 0
        && DataAt == AlignUp(HeadBytes(EntryCount, PieceCount)) && DataAt <= fileLength
        && PieceCount == (fileLength - DataAt + PackedWeightsFile.PieceBytes - 1) / PackedWeightsFile.PieceBytes;

    /// <summary>The next place where a matrix may begin; whole pages behind a head let the data be mapped as it was in memory.</summary>
    private static long AlignUp(long value) => (value + 4095) & ~4095L;

    private static long HeadBytes(int entryCount, int pieceCount) => sizeof(PackedWeightsHeader) + (long)entryCount * sizeof(PackedWeightsEntry) + (long)pieceCount * sizeof(ulong);
}
