using Engine.Inference.KVCache;

namespace Engine.Inference.Tests.KVCache;

public class BlockHashTests
{
    [Fact]
    public void Append_AnythingDifferentBefore_GivesAnotherName()
    {
        BlockHash root = BlockHash.Root(null);
        HashSet<BlockHash> names = [root, BlockHash.Root("a"), BlockHash.Root("b"), BlockHash.Root("ab")];
        for (int token = 0; token < 1000; token++)
        {
            names.Add(root.Append([token, 0, 0, 0]));
            names.Add(root.Append([0, 0, 0, token + 1]));
            names.Add(root.Append([token]).Append([0, 0, 0]));
            names.Add(BlockHash.Root("a").Append([token, 0, 0, 0]));
        }

        Assert.Equal(4 + 4000, names.Count);
        Assert.Equal(4004, names.Select(name => name.High).Distinct().Count());
        Assert.Equal(4004, names.Select(name => name.Low).Distinct().Count());
    }

    [Fact]
    public void Append_SameTokens_GivesTheSameName() =>
        Assert.Equal(BlockHash.Root("x").Append([1, 2]).Append([3]), BlockHash.Root("x").Append([1, 2]).Append([3]));
}
