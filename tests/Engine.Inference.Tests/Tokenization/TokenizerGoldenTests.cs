namespace Engine.Tests.Tokenization;

public class TokenizerGoldenTests
{
    public static TheoryData<string> RealTokenizers() => [.. GoldenSet.RealNames()];

    [Theory]
    [MemberData(nameof(RealTokenizers))]
    public void EveryCall_RealTokenizer_AgreesWithTheOriginal(string name)
    {
        GoldenCheck check = new(GoldenSet.LoadReal(name));
        foreach (System.Text.Json.JsonElement record in GoldenSet.RealRecords(name))
        {
            check.Record(record);
        }

        Assert.True(check.Differences.Count == 0, $"{check.Differences.Count} of {check.Comparisons} differ:\n{string.Join('\n', check.Differences.Take(8))}");
    }

    [Fact]
    public void EveryCall_SyntheticTokenizers_AgreesWithTheOriginal()
    {
        List<string> differing = [];
        int tokenizers = 0;
        foreach (IGrouping<string, System.Text.Json.JsonElement> group in GoldenSet.SyntheticRecords())
        {
            GoldenCheck check = new(GoldenSet.LoadSynthetic(group.Key));
            foreach (System.Text.Json.JsonElement record in group)
            {
                check.Record(record);
            }

            tokenizers++;
            if (check.Differences.Count > 0)
            {
                differing.Add($"{group.Key}: {check.Differences.Count} of {check.Comparisons}: {string.Join('\n', check.Differences.Take(2))}");
            }
        }

        Assert.True(differing.Count == 0, $"{differing.Count} of {tokenizers} tokenizers differ:\n{string.Join('\n', differing)}");
    }
}
