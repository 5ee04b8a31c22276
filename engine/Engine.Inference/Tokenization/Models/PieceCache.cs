using System.Runtime.InteropServices;

namespace Engine.Inference.Tokenization.Models;

/// <summary>
/// The ids of pieces seen before: words repeat. One entry a place, the newer pushes out the older; entries are immutable and their
/// references are written whole, so no lock is needed.
/// </summary>
internal sealed class PieceCache
{
    private const int Places = 1 << 15;

    private readonly Entry?[] _entries = new Entry?[Places];

    public bool TryGet(ReadOnlySpan<byte> piece, uint hash, List<int> ids)
    {
        Entry? entry = Volatile.Read(ref _entries[hash & (Places - 1)]);
        if (entry is null || entry.Hash != hash || !piece.SequenceEqual(entry.Piece))
        {
            return false;
        }

        ids.AddRange(entry.Ids.AsSpan());
        return true;
    }

    public void Add(ReadOnlySpan<byte> piece, uint hash, List<int> ids, int first)
    {
        int[] found = CollectionsMarshal.AsSpan(ids)[first..].ToArray();
        Volatile.Write(ref _entries[hash & (Places - 1)], new Entry(hash, piece.ToArray(), found));
    }

    private sealed record Entry(uint Hash, byte[] Piece, int[] Ids);
}
