using Engine.Inference.Tokenization.Unicode;

namespace Engine.Tests.Tokenization.Unicode;

public class CodePointSetTests
{
    [Fact]
    public void SetOperations_RandomRanges_AgreeWithSetsOfIntegers()
    {
        Random random = new(5);
        for (int i = 0; i < 30; i++)
        {
            (CodePointSet a, HashSet<int> plainA) = RandomSet(random);
            (CodePointSet b, HashSet<int> plainB) = RandomSet(random);
            CodePointSet union = a.Union(b);
            CodePointSet intersection = a.Intersect(b);
            CodePointSet complement = a.Complement();
            for (int codePoint = 0; codePoint < 0x1200; codePoint++)
            {
                Assert.Equal(plainA.Contains(codePoint), a.Contains(codePoint));
                Assert.Equal(plainA.Contains(codePoint) || plainB.Contains(codePoint), union.Contains(codePoint));
                Assert.Equal(plainA.Contains(codePoint) && plainB.Contains(codePoint), intersection.Contains(codePoint));
                Assert.Equal(!plainA.Contains(codePoint), complement.Contains(codePoint));
            }

            Assert.True(complement.Contains(CodePointSet.MaxCodePoint));
        }
    }

    [Fact]
    public void Ranges_TouchingRanges_AreOne() => Assert.Equal([1, 9], new CodePointSet([1, 3, 4, 6, 7, 9]).Ranges.ToArray());

    [Fact]
    public void ContainsAny_Text_LooksAtWholeCharacters()
    {
        CodePointSet set = CodePointSet.Of(0x4E2D, 0x1F600);
        Assert.True(set.ContainsAny("ab\u4E2D"u8));
        Assert.True(set.ContainsAny("\U0001F600"u8));
        Assert.False(set.ContainsAny("ab\u4E2E\U0001F601"u8));
    }

    private static (CodePointSet Set, HashSet<int> Plain) RandomSet(Random random)
    {
        HashSet<int> plain = [];
        for (int i = 0; i < 8; i++)
        {
            int first = random.Next(0x1100);
            plain.UnionWith(Enumerable.Range(first, random.Next(1, 120)));
        }

        return (CodePointSet.Of(plain.ToArray()), plain);
    }
}
