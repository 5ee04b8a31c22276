using System.Diagnostics.CodeAnalysis;

namespace Engine.Inference.KVCache;

/// <summary>
/// All blocks of a runner's storage: reference-counted while in use, else in a list in the order in which they were freed. A free block keeps its
/// content until it is the one that was freed longest ago and somebody needs a block.
/// </summary>
internal sealed class BlockPool
{
    private readonly CacheBlock[] _blocks;
    private readonly Dictionary<BlockHash, CacheBlock> _byHash = [];
    private CacheBlock? _oldest;
    private CacheBlock? _newest;

    public BlockPool(int blockCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockCount, 1);
        _blocks = new CacheBlock[blockCount];
        for (int id = 0; id < blockCount; id++)
        {
            AddNewest(_blocks[id] = new CacheBlock(id));
        }
    }

    /// <summary>Blocks there are.</summary>
    public int BlockCount => _blocks.Length;

    /// <summary>Blocks no sequence uses.</summary>
    public int FreeCount { get; private set; }

    /// <summary>Blocks whose content can be found again, in use or free.</summary>
    public int CachedCount => _byHash.Count;

    /// <summary>Gives out the block that was freed longest ago. Its former content is lost.</summary>
    /// <exception cref="InvalidOperationException">No block is free; ask <see cref="FreeCount"/> before.</exception>
    public CacheBlock Allocate()
    {
        CacheBlock block = _oldest ?? throw new InvalidOperationException("No block is free.");
        Unlink(block);
        if (block.Hash is { } hash)
        {
            _byHash.Remove(hash);
            block.Hash = null;
        }

        block.ReferenceCount = 1;
        return block;
    }

    /// <summary>Finds the block that holds a content.</summary>
    public bool TryFind(BlockHash hash, [NotNullWhen(true)] out CacheBlock? block) => _byHash.TryGetValue(hash, out block);

    /// <summary>Takes another share in a block that was found.</summary>
    public void Share(CacheBlock block)
    {
        if (block.ReferenceCount++ == 0)
        {
            Unlink(block);
        }
    }

    /// <summary>Gives back a share in a block; the last one makes it free.</summary>
    public void Release(CacheBlock block)
    {
        if (--block.ReferenceCount == 0)
        {
            AddNewest(block);
        }
    }

    /// <summary>Makes a full block's content findable, unless another block already holds the same.</summary>
    public void Publish(CacheBlock block, BlockHash hash)
    {
        if (block.Hash is null && _byHash.TryAdd(hash, block))
        {
            block.Hash = hash;
        }
    }

    private void AddNewest(CacheBlock block)
    {
        block.Previous = _newest;
        block.Next = null;
        if (_newest is null)
        {
            _oldest = block;
        }
        else
        {
            _newest.Next = block;
        }

        _newest = block;
        FreeCount++;
    }

    private void Unlink(CacheBlock block)
    {
        if (block.Previous is null)
        {
            _oldest = block.Next;
        }
        else
        {
            block.Previous.Next = block.Next;
        }

        if (block.Next is null)
        {
            _newest = block.Previous;
        }
        else
        {
            block.Next.Previous = block.Previous;
        }

        block.Previous = block.Next = null;
        FreeCount--;
    }
}
