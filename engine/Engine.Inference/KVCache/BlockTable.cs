using System.Runtime.InteropServices;

namespace Engine.Inference.KVCache;

/// <summary>The blocks of one sequence in the order of its tokens, and how far they can be found by others.</summary>
internal sealed class BlockTable
{
    private readonly List<CacheBlock> _blocks = [];
    private readonly List<int> _ids = [];

    /// <summary>Blocks in the table.</summary>
    public int Count => _blocks.Count;

    /// <summary>The blocks' numbers in the runner's storage.</summary>
    public ReadOnlySpan<int> Ids => CollectionsMarshal.AsSpan(_ids);

    /// <summary>Blocks from the first on that are full and named.</summary>
    public int HashedCount { get; private set; }

    /// <summary>The name of the last named block, or the root of the sequence's salt.</summary>
    public BlockHash LastHash { get; private set; }

    public CacheBlock this[int index] => _blocks[index];

    public void Add(CacheBlock block)
    {
        _blocks.Add(block);
        _ids.Add(block.Id);
    }

    /// <summary>Notes the name of the next full block.</summary>
    public void AddHash(BlockHash hash)
    {
        HashedCount++;
        LastHash = hash;
    }

    /// <summary>Empties the table.</summary>
    /// <param name="root">The name before the first block.</param>
    public void Reset(BlockHash root)
    {
        _blocks.Clear();
        _ids.Clear();
        HashedCount = 0;
        LastHash = root;
    }
}
