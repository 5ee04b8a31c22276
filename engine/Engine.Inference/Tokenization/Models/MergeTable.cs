using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Inference.Tokenization.Models;

/// <summary>From a pair of neighbouring tokens to the rank of their merge and the token it makes.</summary>
internal sealed class MergeTable
{
    private const ulong Empty = ulong.MaxValue;

    private readonly Slot[] _slots;
    private readonly int _shift;

    public MergeTable(int expectedCount)
    {
        uint size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expectedCount * 2));
        _shift = 32 - BitOperations.Log2(size);
        _slots = new Slot[size];
        Array.Fill(_slots, new Slot(Empty, 0, 0));
    }

    public int Count { get; private set; }

    /// <summary>Adds a merge; a pair named twice has the later rank.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        ref Slot slot = ref Find(Key(left, right));
        Count += slot.Key == Empty ? 1 : 0;
        slot = new Slot(Key(left, right), rank, merged);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int left, int right, out int rank, out int merged)
    {
        ref Slot slot = ref Find(Key(left, right));
        rank = slot.Rank;
        merged = slot.Merged;
        return slot.Key != Empty;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Slot Find(ulong key)
    {
        uint mask = (uint)_slots.Length - 1;
        uint place = ByteHash.Of(key) >> _shift;
        while (true)
        {
            ref Slot slot = ref _slots[place];
            if (slot.Key == key || slot.Key == Empty)
            {
                return ref slot;
            }

            place = (place + 1) & mask;
        }
    }

    private readonly record struct Slot(ulong Key, int Rank, int Merged);
}
