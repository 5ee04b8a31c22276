using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Inference.Tokenization.Models;

/// <summary>A model's tokens: from spelling (UTF-8) to id and back. All spellings lie in one array; ids may have holes. Filled once, then read only.</summary>
/// <remarks>Loading is over before the runtime would optimize it, so the methods that it spends its time in are optimized at once.</remarks>
internal sealed class Vocabulary
{
    /// <summary>Ids index arrays, so a file must not name absurd ones.</summary>
    public const int MaximumId = (1 << 24) - 1;

    /// <summary>Looking tokens up in a text costs their length at each place, so a file must not have absurd ones.</summary>
    public const int MaximumSpelling = 4096;

    private byte[] _pool;
    private int _poolLength;
    private Entry[] _entries;
    private int[] _entryOfId;
    private ulong[] _slots;

    public Vocabulary(int expectedCount = 16)
    {
        _pool = new byte[Math.Max(64, expectedCount * 8)];
        _entries = new Entry[Math.Max(16, expectedCount)];
        _entryOfId = new int[Math.Max(16, expectedCount)];
        _slots = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expectedCount * 2))];
    }

    /// <summary>The number of different tokens.</summary>
    public int Count { get; private set; }

    /// <summary>The highest id plus one.</summary>
    public int IdLimit { get; private set; }

    /// <summary>The bytes of the longest spelling.</summary>
    public int LongestSpelling { get; private set; }

    /// <summary>Adds a token; a spelling that is there already gets the new id.</summary>
    /// <param name="spelling">The spelling, as UTF-8.</param>
    /// <param name="id">The id.</param>
    /// <param name="keepsOlderId">Whether the older id of the same spelling is still one, which only decoding uses.</param>
    /// <exception cref="FormatException">The spelling is too long.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> spelling, int id, bool keepsOlderId = false)
    {
        if (spelling.Length > MaximumSpelling)
        {
            throw new FormatException($"a token is longer than {MaximumSpelling} bytes");
        }

        ref ulong slot = ref FindSlot(spelling, out uint hash);
        int entry;
        if (slot != 0)
        {
            entry = (int)(uint)slot - 1;
            int oldId = _entries[entry].Id;
            if (!keepsOlderId && _entryOfId[oldId] == entry + 1)
            {
                _entryOfId[oldId] = 0;
            }

            _entries[entry] = _entries[entry] with { Id = id };
        }
        else
        {
            if (_poolLength + spelling.Length > _pool.Length)
            {
                Array.Resize(ref _pool, Math.Max(_pool.Length * 2, _poolLength + spelling.Length));
            }

            spelling.CopyTo(_pool.AsSpan(_poolLength));
            if (Count == _entries.Length)
            {
                Array.Resize(ref _entries, Count * 2);
            }

            entry = Count++;
            _entries[entry] = new Entry(_poolLength, spelling.Length, id);
            _poolLength += spelling.Length;
            LongestSpelling = Math.Max(LongestSpelling, spelling.Length);
            slot = (ulong)hash << 32 | (uint)(entry + 1);
            if (Count * 2 > _slots.Length)
            {
                Grow();
            }
        }

        if (id >= _entryOfId.Length)
        {
            Array.Resize(ref _entryOfId, Math.Max(id + 1, Math.Min(_entryOfId.Length * 2, MaximumId + 1)));
        }

        _entryOfId[id] = entry + 1;
        IdLimit = Math.Max(IdLimit, id + 1);
    }

    public bool TryGetId(ReadOnlySpan<byte> spelling, out int id)
    {
        ulong slot = FindSlot(spelling, out _);
        id = slot != 0 ? _entries[(int)(uint)slot - 1].Id : -1;
        return slot != 0;
    }

    /// <summary>The id of a spelling, or -1.</summary>
    public int IdOf(ReadOnlySpan<byte> spelling) => TryGetId(spelling, out int id) ? id : -1;

    public bool HasId(int id) => (uint)id < (uint)IdLimit && _entryOfId[id] != 0;

    /// <summary>The spelling of an id, empty for a hole.</summary>
    public ReadOnlySpan<byte> SpellingOf(int id)
    {
        if (!HasId(id))
        {
            return [];
        }

        Entry entry = _entries[_entryOfId[id] - 1];
        return _pool.AsSpan(entry.Start, entry.Length);
    }

    /// <summary>The spelling of an id that is a token.</summary>
    public ReadOnlyMemory<byte> MemoryOf(int id)
    {
        Entry entry = _entries[_entryOfId[id] - 1];
        return _pool.AsMemory(entry.Start, entry.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ref ulong FindSlot(ReadOnlySpan<byte> spelling, out uint hash)
    {
        hash = ByteHash.Of(spelling);
        uint mask = (uint)_slots.Length - 1;
        for (uint place = hash & mask; ; place = (place + 1) & mask)
        {
            ref ulong slot = ref _slots[place];
            if (slot == 0)
            {
                return ref slot;
            }

            if ((uint)(slot >> 32) == hash)
            {
                Entry entry = _entries[(int)(uint)slot - 1];
                if (spelling.SequenceEqual(_pool.AsSpan(entry.Start, entry.Length)))
                {
                    return ref slot;
                }
            }
        }
    }

    private void Grow()
    {
        ulong[] old = _slots;
        _slots = new ulong[old.Length * 2];
        uint mask = (uint)_slots.Length - 1;
        foreach (ulong slot in old)
        {
            if (slot == 0)
            {
                continue;
            }

            uint place = (uint)(slot >> 32) & mask;
            while (_slots[place] != 0)
            {
                place = (place + 1) & mask;
            }

            _slots[place] = slot;
        }
    }

    private readonly record struct Entry(int Start, int Length, int Id);
}
