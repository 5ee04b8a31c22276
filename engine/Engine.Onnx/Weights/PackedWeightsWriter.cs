using System.Runtime.InteropServices;
using Engine.Onnx.Kernels.Quantization;
using Microsoft.Win32.SafeHandles;

namespace Engine.Onnx.Weights;

/// <summary>Writes a <see cref="PackedWeightsFile"/> beside its place, then moves it there: readers see all of it or nothing.</summary>
internal static unsafe class PackedWeightsWriter
{
    /// <summary>Ends the names of files that are being written.</summary>
    public const string TemporaryEnding = ".writing";

    private static readonly byte[] Padding = new byte[PackedWeightsFile.Alignment];

    /// <summary>Writes matrices.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">What they were made from.</param>
    /// <param name="matrices">The matrices; they are only read, and must stay until this returns.</param>
    /// <param name="cancellationToken">Gives up between two pieces; nothing is left behind.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> identity, IReadOnlyList<KeyValuePair<WeightKey, BlockQuantizedMatrix>> matrices, CancellationToken cancellationToken)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}{TemporaryEnding}";
        try
        {
            long dataBytes = matrices.Sum(matrix => Aligned(matrix.Value.ByteCount)) + PackedWeightsFile.Alignment;
            PackedWeightsHeader header = PackedWeightsHeader.Create(matrices.Count, dataBytes, identity);
            using (SafeFileHandle file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, header.FileLength))
            {
                (PackedWeightsEntry[] entries, ulong[] checksums) = WriteData(file, header, matrices, cancellationToken);
                WriteHead(file, header, entries, checksums);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static (PackedWeightsEntry[] Entries, ulong[] Checksums) WriteData(
        SafeFileHandle file, in PackedWeightsHeader header, IReadOnlyList<KeyValuePair<WeightKey, BlockQuantizedMatrix>> matrices, CancellationToken cancellationToken)
    {
        // Pieces are filled across the borders of matrices: what is checked together is written together.
        PackedWeightsEntry[] entries = new PackedWeightsEntry[matrices.Count];
        ulong[] checksums = new ulong[header.PieceCount];
        byte[] piece = GC.AllocateUninitializedArray<byte>(PackedWeightsFile.PieceBytes);
        long dataAt = header.DataAt;
        int filled = 0;
        int written = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            (WeightKey key, BlockQuantizedMatrix matrix) = matrices[i];
            BlockLayout layout = matrix.Layout;
            long offset = header.DataAt + (long)written * piece.Length + filled;
            entries[i] = new PackedWeightsEntry(key, layout.HalfScales ? 1 : 0, (int)layout.Offsets, offset, matrix.ByteCount);
            byte* data = matrix.Group(0, null);
            for (long at = 0; at < matrix.ByteCount;)
            {
                int count = (int)Math.Min(piece.Length - filled, matrix.ByteCount - at);
                Append(new ReadOnlySpan<byte>(data + at, count));
                at += count;
            }

            Append(Padding.AsSpan(0, (int)(Aligned(matrix.ByteCount) - matrix.ByteCount)));
        }

        Append(Padding);
        Flush();
        return (entries, checksums);

        void Append(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                int count = Math.Min(bytes.Length, piece.Length - filled);
                bytes[..count].CopyTo(piece.AsSpan(filled));
                bytes = bytes[count..];
                filled += count;
                if (filled == piece.Length)
                {
                    Flush();
                }
            }
        }

        void Flush()
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (filled == 0)
            {
                return;
            }

            fixed (byte* data = piece)
            {
                checksums[written] = Checksum.Of(data, filled);
            }

            RandomAccess.Write(file, piece.AsSpan(0, filled), dataAt + (long)written * piece.Length);
            written++;
            filled = 0;
        }
    }

    private static void WriteHead(SafeFileHandle file, PackedWeightsHeader header, PackedWeightsEntry[] entries, ulong[] checksums)
    {
        byte[] head = new byte[header.DataAt];
        MemoryMarshal.AsBytes(entries.AsSpan()).CopyTo(head.AsSpan(sizeof(PackedWeightsHeader)));
        MemoryMarshal.AsBytes(checksums.AsSpan()).CopyTo(head.AsSpan(sizeof(PackedWeightsHeader) + entries.Length * sizeof(PackedWeightsEntry)));
        fixed (byte* data = head)
        {
            PackedWeightsHeader* target = (PackedWeightsHeader*)data;
            *target = header;
            target->HeadChecksum = Checksum.Of(data + sizeof(ulong), head.Length - sizeof(ulong));
        }

        RandomAccess.Write(file, head, 0);
    }

    private static long Aligned(long bytes) => (bytes + PackedWeightsFile.Alignment - 1) & ~(PackedWeightsFile.Alignment - 1L);
}
