using System.Diagnostics.CodeAnalysis;
using Engine.Onnx.Format;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Weights;

/// <summary>
/// Packed weights in a file, mapped read-only. A header, the entries, a checksum for each piece of the data, then the data. Everything is checked before
/// anything is used; what is in it is never executed, and no size in it is believed that does not follow from the model.
/// </summary>
internal sealed unsafe class PackedWeightsFile : IDisposable
{
    /// <summary>Where matrices begin, and bytes behind the last one: a kernel may load a whole vector at the very end.</summary>
    public const int Alignment = 64;

    /// <summary>Bytes that share a checksum.</summary>
    public const int PieceBytes = 1 << 20;

    private readonly MappedFile _file;
    private readonly Dictionary<WeightKey, PackedWeightsEntry> _entries;

    private PackedWeightsFile(MappedFile file, Dictionary<WeightKey, PackedWeightsEntry> entries)
    {
        _file = file;
        _entries = entries;
    }

    /// <summary>Opens a file and checks all of it; null when it is not there, or not what was written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">The <see cref="ModelIdentity"/> that it must have been made from.</param>
    /// <param name="workers">Threads to share the checking with.</param>
    public static PackedWeightsFile? Open(string path, ReadOnlySpan<byte> identity, WorkerPool workers)
    {
        MappedFile file;
        try
        {
            file = MappedFile.Open(path, "the packed weights");
        }
        catch (Exception exception) when (exception is InvalidModelException or ArgumentException)
        {
            return null;
        }

        if (ReadEntries(file, identity) is { } entries && IsUndamaged(file, workers))
        {
            return new PackedWeightsFile(file, entries);
        }

        file.Dispose();
        return null;
    }

    /// <summary>The matrix made from those weights, if it is here; it is valid until this is disposed of.</summary>
    public bool TryFind(in WeightKey key, [NotNullWhen(true)] out BlockQuantizedMatrix? matrix)
    {
        matrix = _entries.TryGetValue(key, out PackedWeightsEntry entry)
            ? BlockQuantizedMatrix.Mapped(key.Rows, key.Columns, key.BlockSize, key.Bits, entry.Layout, _file.Data + entry.Offset)
            : null;
        return matrix is not null;
    }

    public void Dispose() => _file.Dispose();

    private static Dictionary<WeightKey, PackedWeightsEntry>? ReadEntries(MappedFile file, ReadOnlySpan<byte> identity)
    {
        if (file.Length < sizeof(PackedWeightsHeader))
        {
            return null;
        }

        PackedWeightsHeader header = *(PackedWeightsHeader*)file.Data;
        if (!header.Describes(file.Length) || header.HeadChecksum != Checksum.Of(file.Data + sizeof(ulong), header.DataAt - sizeof(ulong)) || !identity.SequenceEqual(header.Identity))
        {
            return null;
        }

        Dictionary<WeightKey, PackedWeightsEntry> entries = [];
        foreach (PackedWeightsEntry entry in new ReadOnlySpan<PackedWeightsEntry>(file.Data + sizeof(PackedWeightsHeader), header.EntryCount))
        {
            if (!entry.IsSound(file.Length))
            {
                return null;
            }

            entries[entry.Key] = entry;
        }

        return entries;
    }

    private static bool IsUndamaged(MappedFile file, WorkerPool workers)
    {
        PackedWeightsHeader* header = (PackedWeightsHeader*)file.Data;
        CheckBody body = new()
        {
            Data = file.Data + header->DataAt,
            Length = file.Length - header->DataAt,
            Checksums = (ulong*)(file.Data + sizeof(PackedWeightsHeader) + (long)header->EntryCount * sizeof(PackedWeightsEntry)),
        };
        workers.Run(header->PieceCount, ref body);
        return body.Damaged == 0;
    }

    private struct CheckBody : IParallelBody
    {
        public byte* Data;
        public long Length;
        public ulong* Checksums;
        public int Damaged;

        public void Run(int chunk, int worker)
        {
            long first = (long)chunk * PieceBytes;
            if (Checksum.Of(Data + first, Math.Min(PieceBytes, Length - first)) != Checksums[chunk])
            {
                Volatile.Write(ref Damaged, 1);
            }
        }
    }
}
