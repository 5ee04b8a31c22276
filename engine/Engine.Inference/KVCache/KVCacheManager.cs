using Engine.Inference.Core;

namespace Engine.Inference.KVCache;

/// <summary>
/// Accounts for the keys and values of all sequences: which blocks are whose, and which prompts begin with blocks that are already computed. Holds
/// no floats. Owned by the engine thread.
/// </summary>
/// <param name="layout">The shape of the runner's storage.</param>
/// <param name="prefixCache">Whether prompts that begin alike share blocks, where the runner can.</param>
internal sealed class KVCacheManager(KVCacheLayout layout, bool prefixCache)
{
    private readonly BlockPool _pool = new(layout.BlockCount);
    private readonly List<CacheBlock> _found = [];

    /// <summary>Whether full blocks are shared.</summary>
    public bool SharesBlocks { get; } = prefixCache && layout.CanShareBlocks;

    /// <summary>Tokens a block holds.</summary>
    public int BlockSize => layout.BlockSize;

    /// <summary>Blocks no sequence uses.</summary>
    public int FreeBlockCount => _pool.FreeCount;

    /// <summary>Tokens a sequence can hold that has the storage for itself.</summary>
    public long Capacity => (long)layout.BlockCount * layout.BlockSize;

    /// <summary>
    /// Gives an admitted sequence the blocks for all its tokens: those that are already computed for the same beginning, the rest new. Its last
    /// token is always left to compute, since a sequence without a row of logits cannot go on.
    /// </summary>
    /// <returns>Whether there were enough free blocks; if not, nothing changed.</returns>
    public bool TryAllocate(Sequence sequence)
    {
        BlockHash root = BlockHash.Root(sequence.CacheSalt);
        FindPrefix(sequence, root, out int freeAmongFound);
        int missing = BlocksFor(sequence.Length) - _found.Count;
        if (missing > _pool.FreeCount - freeAmongFound)
        {
            return false;
        }

        BlockTable table = sequence.Blocks;
        table.Reset(root);
        foreach (CacheBlock block in _found)
        {
            _pool.Share(block);
            table.Add(block);
            table.AddHash(block.Hash!.Value);
        }

        sequence.StartFrom(_found.Count * BlockSize);
        Extend(table, missing);
        return true;
    }

    /// <summary>Gives a running sequence blocks for a length.</summary>
    /// <returns>Whether there were enough free blocks; if not, nothing changed.</returns>
    public bool TryExtend(Sequence sequence, int length)
    {
        int missing = BlocksFor(length) - sequence.Blocks.Count;
        if (missing > _pool.FreeCount)
        {
            return false;
        }

        Extend(sequence.Blocks, missing);
        return true;
    }

    /// <summary>Makes the blocks findable that became full with a sequence's computed tokens.</summary>
    public void Publish(Sequence sequence)
    {
        BlockTable table = sequence.Blocks;
        while (SharesBlocks && (table.HashedCount + 1) * BlockSize <= sequence.ComputedTokens)
        {
            int index = table.HashedCount;
            BlockHash hash = table.LastHash.Append(sequence.Tokens.Slice(index * BlockSize, BlockSize));
            _pool.Publish(table[index], hash);
            table.AddHash(hash);
        }
    }

    /// <summary>Gives back all blocks of a sequence, the last first, so that beginnings, which others may share, are kept longest.</summary>
    public void Free(Sequence sequence)
    {
        BlockTable table = sequence.Blocks;
        for (int index = table.Count - 1; index >= 0; index--)
        {
            _pool.Release(table[index]);
        }

        table.Reset(default);
    }

    private int BlocksFor(int length) => (length + BlockSize - 1) / BlockSize;

    private void FindPrefix(Sequence sequence, BlockHash root, out int freeAmongFound)
    {
        _found.Clear();
        freeAmongFound = 0;
        if (!SharesBlocks || sequence.NeedsPromptLogits)
        {
            return;
        }

        BlockHash hash = root;
        int shareable = (sequence.Length - 1) / BlockSize;
        for (int index = 0; index < shareable; index++)
        {
            hash = hash.Append(sequence.Tokens.Slice(index * BlockSize, BlockSize));
            if (!_pool.TryFind(hash, out CacheBlock? block))
            {
                return;
            }

            _found.Add(block);
            freeAmongFound += block.ReferenceCount == 0 ? 1 : 0;
        }
    }

    private void Extend(BlockTable table, int count)
    {
        for (int added = 0; added < count; added++)
        {
            table.Add(_pool.Allocate());
        }
    }
}
