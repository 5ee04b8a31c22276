using Engine.Inference.Tokenization;

namespace Engine.Inference.Tests.Tokenization;

public class StopSequenceMatcherTests
{
    public static TheoryData<string, string[]> Cases => new()
    {
        { "Hello world, this is it", ["wor"] },
        { "aaaaab", ["aab"] },
        { "abababac", ["abac"] },
        { "abcd", ["abcd", "bc"] },
        { "xabcy", ["abc", "bc"] },
        { "hello world", ["hello world", "lo"] },
        { "nothing here", ["zzz", "therf"] },
        { "ends with a beginning of sto", ["stop"] },
        { "stop", ["stop"] },
        { "aXbX", ["X"] },
        { "a\r\n\r\nb", ["\n\n", "\r\n\r\n"] },
        { "naïve 😀 café", ["😀 c"] },
        { "anything", [] },
        { "abcabcabd", ["abcabd", "cabcaba"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Append_AnyTwoBorders_GivesTheTextBeforeTheFirstStop(string text, string[] stops)
    {
        (string expected, string? stop) = Expected(text, stops);
        for (int first = 0; first <= text.Length; first++)
        {
            for (int second = first; second <= text.Length; second++)
            {
                StopSequenceMatcher matcher = new(stops, includeStop: false);
                string actual = matcher.Append(text[..first]) + matcher.Append(text[first..second]) + matcher.Append(text[second..]);
                actual += matcher.Match is null ? matcher.Flush() : "";

                Assert.Equal(expected, actual);
                Assert.Equal(stop, matcher.Match);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Append_CharacterByCharacter_HoldsBackOnlyWhatMayBecomeAStop(string text, string[] stops)
    {
        StopSequenceMatcher matcher = new(stops, includeStop: false);
        string given = "";
        for (int length = 1; length <= text.Length && matcher.Match is null; length++)
        {
            given += matcher.Append(text[(length - 1)..length]);
            if (matcher.Match is null)
            {
                int held = stops.Length == 0 ? 0 : Enumerable.Range(0, length + 1).Last(count => stops.Any(stop => stop.StartsWith(text[(length - count)..length], StringComparison.Ordinal)));
                Assert.Equal(text[..(length - held)], given);
            }
        }
    }

    [Fact]
    public void Append_IncludeStop_EndsWithTheStop()
    {
        StopSequenceMatcher matcher = new(["lo w"], includeStop: true);

        Assert.Equal("hel", matcher.Append("hello"));
        Assert.Equal("lo w", matcher.Append(" world"));
        Assert.Equal("lo w", matcher.Match);
        Assert.Equal("", matcher.Append("more"));
        Assert.Equal("", matcher.Flush());
    }

    // Character by character over the whole text: the stop that is complete first, the longest of those.
    private static (string Text, string? Stop) Expected(string text, string[] stops)
    {
        for (int end = 1; end <= text.Length; end++)
        {
            string? stop = stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length);
            if (stop is not null)
            {
                return (text[..(end - stop.Length)], stop);
            }
        }

        return (text, null);
    }
}
