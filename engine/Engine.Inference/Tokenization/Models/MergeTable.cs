using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Inference.Tokenization.Models;

/// <summary>From a pair of neighbouring tokens to the rank of their merge and the token it makes.</summary>
internal sealed class MergeTable
{
    private Slot[] _slots;
    private int _shift;

    public MergeTable(int expectedCount)
    {
        uint size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expectedCount * 2));
        _shift = 32 - BitOperations.Log2(size);
        _slots = new Slot[size];
    }

    public int Count { get; private set; }

    /// <summary>Adds a merge; a pair named twice has the later rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int left, int right, int rank, int merged)
    {
        ref Slot slot = ref Find(Key(left, right));
        Count += slot.IsEmpty ? 1 : 0;
        slot = new Slot(Key(left, right), rank + 1, merged);
        if (Count * 2 > _slots.Length)
        {
            Grow();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int left, int right, out int rank, out int merged)
    {
        ref Slot slot = ref Find(Key(left, right));
        rank = slot.RankPlusOne - 1;
        merged = slot.Merged;
        return !slot.IsEmpty;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Slot Find(ulong key)
    {
        Slot[] slots = _slots;
        uint mask = (uint)slots.Length - 1;
        uint place = ByteHash.Of(key) >> _shift;
        while (true)
        {
            ref Slot slot = ref slots[place];
            if (slot.Key == key || slot.IsEmpty)
            {
                return ref slot;
            }

            place = (place + 1) & mask;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        Slot[] old = _slots;
        _slots = new Slot[old.Length * 2];
        _shift--;
        foreach (Slot slot in old)
        {
            if (!slot.IsEmpty)
            {
                Find(slot.Key) = slot;
            }
        }
    }

    /// <summary>One merge; all zero where there is none. The pair of token 0 with itself has the key 0 too, hence the rank decides.</summary>
    private readonly record struct Slot(ulong Key, int RankPlusOne, int Merged)
    {
        public bool IsEmpty => RankPlusOne == 0;
    }
}
