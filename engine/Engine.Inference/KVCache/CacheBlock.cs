namespace Engine.Inference.KVCache;

/// <summary>One block of the pool: who uses it, what it holds, and its neighbours in the free list.</summary>
internal sealed class CacheBlock(int id)
{
    /// <summary>Which block of the runner's storage it is.</summary>
    public int Id { get; } = id;

    /// <summary>Sequences whose table names it; 0 while it is in the free list.</summary>
    public int ReferenceCount { get; set; }

    /// <summary>What it holds, once it is full and may be shared. A free block keeps it until it is given out for something else.</summary>
    public BlockHash? Hash { get; set; }

    /// <summary>The block freed before this one, in the free list.</summary>
    public CacheBlock? Previous { get; set; }

    /// <summary>The block freed after this one, in the free list.</summary>
    public CacheBlock? Next { get; set; }
}
