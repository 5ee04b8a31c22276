using Engine.Inference.KVCache;

namespace Engine.Inference.Tests.KVCache;

public class BlockPoolTests
{
    private static readonly BlockHash Root = BlockHash.Root(null);

    [Fact]
    public void Allocate_AfterReleases_TakesWhatWasFreedLongestAgo()
    {
        BlockPool pool = new(3);
        CacheBlock[] blocks = [pool.Allocate(), pool.Allocate(), pool.Allocate()];
        pool.Release(blocks[1]);
        pool.Release(blocks[0]);
        pool.Release(blocks[2]);

        Assert.Equal([1, 0, 2], new[] { pool.Allocate().Id, pool.Allocate().Id, pool.Allocate().Id });
        Assert.Equal(0, pool.FreeCount);
    }

    [Fact]
    public void Share_FreeBlockInTheMiddle_TakesItOutOfTheFreeList()
    {
        BlockPool pool = new(4);
        CacheBlock[] blocks = [pool.Allocate(), pool.Allocate(), pool.Allocate()];
        foreach (CacheBlock block in blocks)
        {
            pool.Release(block);
        }

        pool.Share(blocks[1]);

        Assert.Equal(3, pool.FreeCount);
        Assert.Equal([3, 0, 2], new[] { pool.Allocate().Id, pool.Allocate().Id, pool.Allocate().Id });
        Assert.Throws<InvalidOperationException>(() => pool.Allocate());
    }

    [Fact]
    public void Release_SharedBlock_StaysInUseUntilTheLastShare()
    {
        BlockPool pool = new(1);
        CacheBlock block = pool.Allocate();
        pool.Share(block);

        pool.Release(block);
        Assert.Equal(0, pool.FreeCount);
        pool.Release(block);
        Assert.Equal(1, pool.FreeCount);
    }

    [Fact]
    public void TryFind_PublishedBlock_IsFoundUntilItIsGivenOutAgain()
    {
        BlockPool pool = new(2);
        CacheBlock block = pool.Allocate();
        BlockHash hash = Root.Append([1, 2, 3]);
        pool.Publish(block, hash);
        pool.Release(block);

        Assert.True(pool.TryFind(hash, out CacheBlock? found));
        Assert.Same(block, found);
        pool.Allocate();
        Assert.True(pool.TryFind(hash, out _));
        pool.Allocate();
        Assert.False(pool.TryFind(hash, out _));
    }

    [Fact]
    public void Publish_SecondBlockOfOneContent_KeepsTheFirst()
    {
        BlockPool pool = new(2);
        CacheBlock first = pool.Allocate();
        CacheBlock second = pool.Allocate();
        BlockHash hash = Root.Append([1, 2, 3]);
        pool.Publish(first, hash);
        pool.Publish(second, hash);
        pool.Release(second);
        pool.Allocate();

        Assert.True(pool.TryFind(hash, out CacheBlock? found));
        Assert.Same(first, found);
        Assert.Equal(1, pool.CachedCount);
    }
}
