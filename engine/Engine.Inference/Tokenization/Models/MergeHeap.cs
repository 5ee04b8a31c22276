namespace Engine.Inference.Tokenization.Models;

/// <summary>A heap of possible merges: the lowest rank first, the leftmost among equals.</summary>
internal sealed class MergeHeap(int capacity)
{
    private const int Arity = 4;

    private MergeCandidate[] _items = new MergeCandidate[Math.Max(4, capacity)];
    private int _count;

    public void Push(MergeCandidate item)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        int place = _count++;
        while (place > 0)
        {
            int parent = (place - 1) / Arity;
            if (!item.IsBefore(_items[parent]))
            {
                break;
            }

            _items[place] = _items[parent];
            place = parent;
        }

        _items[place] = item;
    }

    public bool TryPop(out MergeCandidate top)
    {
        if (_count == 0)
        {
            top = default;
            return false;
        }

        top = _items[0];
        MergeCandidate last = _items[--_count];
        int place = 0;
        while (true)
        {
            int child = place * Arity + 1;
            if (child >= _count)
            {
                break;
            }

            int least = child;
            int end = Math.Min(child + Arity, _count);
            for (int i = child + 1; i < end; i++)
            {
                least = _items[i].IsBefore(_items[least]) ? i : least;
            }

            if (!_items[least].IsBefore(last))
            {
                break;
            }

            _items[place] = _items[least];
            place = least;
        }

        _items[place] = last;
        return true;
    }
}

/// <summary>A pair that could be merged: the rank, the left symbol's position and the token that it would make.</summary>
internal readonly record struct MergeCandidate(int Rank, int Position, int Merged)
{
    public bool IsBefore(MergeCandidate other) => Rank < other.Rank || Rank == other.Rank && Position < other.Position;
}
