using System.Buffers;

namespace Engine.Inference.Tokenization.Models;

/// <summary>
/// The symbols of one piece while they are merged. Short pieces look for the best pair each time; long ones keep a heap, so that time stays
/// n log n.
/// </summary>
internal sealed class BpeWord : IDisposable
{
    private const int None = -1;
    private const int ShortWord = 48;
    private const int RetainedSymbols = 1 << 16;

    [ThreadStatic]
    private static BpeWord? t_idle;

    private int[] _ids = new int[256];
    private readonly int[] _ranks = new int[ShortWord];
    private readonly int[] _merged = new int[ShortWord];
    private int _count;
    private int _unknownId = None;

    /// <summary>This thread's word, with room for a number of symbols.</summary>
    public static BpeWord Rent(int capacity)
    {
        BpeWord word = t_idle ?? new BpeWord();
        t_idle = null;
        if (word._ids.Length < capacity)
        {
            word._ids = new int[capacity];
        }

        word._count = 0;
        word._unknownId = None;
        return word;
    }

    public void Dispose()
    {
        if (_ids.Length <= RetainedSymbols)
        {
            t_idle = this;
        }
    }

    public void Add(int id)
    {
        EndUnknown();
        AddBesideUnknown(id);
    }

    public void AddBesideUnknown(int id)
    {
        if (_count == _ids.Length)
        {
            Array.Resize(ref _ids, _count * 2);
        }

        _ids[_count++] = id;
    }

    /// <summary>An unknown character waits for the next symbol: it may be one with unknown neighbours.</summary>
    public void AddUnknown(int id, bool fuse)
    {
        if (!fuse)
        {
            EndUnknown();
        }

        _unknownId = id;
    }

    public void EndUnknown()
    {
        if (_unknownId != None)
        {
            AddBesideUnknown(_unknownId);
            _unknownId = None;
        }
    }

    public void CopyTo(List<int> ids) => ids.AddRange(_ids.AsSpan(0, _count));

    public void MergeAll(MergeTable merges)
    {
        if (_count < 2)
        {
            return;
        }

        if (_count <= ShortWord)
        {
            MergeShort(merges);
        }
        else
        {
            MergeLong(merges);
        }
    }

    private void MergeShort(MergeTable merges)
    {
        Span<int> ids = _ids;
        Span<int> ranks = _ranks;
        Span<int> merged = _merged;
        int count = _count;
        for (int i = 0; i < count - 1; i++)
        {
            ranks[i] = merges.TryGet(ids[i], ids[i + 1], out int rank, out merged[i]) ? rank : int.MaxValue;
        }

        while (count > 1)
        {
            int best = 0;
            int bestRank = ranks[0];
            for (int i = 1; i < count - 1; i++)
            {
                if (ranks[i] < bestRank)
                {
                    best = i;
                    bestRank = ranks[i];
                }
            }

            if (bestRank == int.MaxValue)
            {
                break;
            }

            ids[best] = merged[best];
            count--;
            int moved = count - best - 1;
            ids.Slice(best + 2, moved).CopyTo(ids[(best + 1)..]);
            if (moved > 0)
            {
                ranks.Slice(best + 2, moved - 1).CopyTo(ranks[(best + 1)..]);
                merged.Slice(best + 2, moved - 1).CopyTo(merged[(best + 1)..]);
                ranks[best] = merges.TryGet(ids[best], ids[best + 1], out int rank, out merged[best]) ? rank : int.MaxValue;
            }

            if (best > 0)
            {
                ranks[best - 1] = merges.TryGet(ids[best - 1], ids[best], out int rank, out merged[best - 1]) ? rank : int.MaxValue;
            }
        }

        _count = count;
    }

    private void MergeLong(MergeTable merges)
    {
        int[] next = ArrayPool<int>.Shared.Rent(_count);
        int[] previous = ArrayPool<int>.Shared.Rent(_count);
        MergeHeap heap = new(_count);
        for (int i = 0; i < _count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < _count ? i + 1 : None;
            if (i > 0)
            {
                Offer(merges, heap, i - 1, i);
            }
        }

        while (heap.TryPop(out MergeCandidate top))
        {
            int left = top.Position;
            int right = _ids[left] == None ? None : next[left];

            // An entry is stale when one of its symbols has been merged meanwhile and the pair makes another token now.
            if (right == None || !merges.TryGet(_ids[left], _ids[right], out _, out int merged) || merged != top.Merged)
            {
                continue;
            }

            _ids[left] = merged;
            _ids[right] = None;
            next[left] = next[right];
            if (next[left] != None)
            {
                previous[next[left]] = left;
                Offer(merges, heap, left, next[left]);
            }

            if (previous[left] != None)
            {
                Offer(merges, heap, previous[left], left);
            }
        }

        int written = 0;
        for (int i = 0; i != None; i = next[i])
        {
            _ids[written++] = _ids[i];
        }

        _count = written;
        ArrayPool<int>.Shared.Return(next);
        ArrayPool<int>.Shared.Return(previous);
    }

    private void Offer(MergeTable merges, MergeHeap heap, int left, int right)
    {
        if (merges.TryGet(_ids[left], _ids[right], out int rank, out int merged))
        {
            heap.Push(new MergeCandidate(rank, left, merged));
        }
    }
}
