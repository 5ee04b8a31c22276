using System.Text;
using System.Text.Json;
using Engine.Inference.Tokenization.Regex;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Tests.Tokenization;

/// <summary>The regular expressions mean what Oniguruma makes of them: for every code point, and for strings.</summary>
public class CharacterClassTests
{
    private const string Classes = "hf-tokenizers/char-classes.jsonl.gz";

    [Fact]
    public void TryFind_EveryCodePointAlone_MatchesAsInOniguruma()
    {
        List<string> differing = [];
        foreach (JsonElement record in GoldenSet.Records(Classes).Where(record => record.GetProperty("k").GetString() == "regex"))
        {
            string pattern = record.GetProperty("pattern").GetString()!;
            RegexProgram program = RegexProgram.Compile(pattern);
            CodePointSet expected = new(record.GetProperty("ranges").EnumerateArray().SelectMany(range => range.EnumerateArray()).Select(bound => bound.GetInt32()).ToArray());
            if (program.Instructions is [{ Operation: RegexOperation.Set, Set: { } set }, _])
            {
                // A pattern of one set needs no matching to be compared.
                if (!WithoutSurrogates(set).Ranges.SequenceEqual(expected.Ranges))
                {
                    differing.Add(pattern);
                }

                continue;
            }

            Func<int, bool> matches = MatchesAlone(program);
            int[] wrong = CodePoints().Where(codePoint => matches(codePoint) != expected.Contains(codePoint)).Take(5).ToArray();
            if (wrong.Length > 0)
            {
                differing.Add($"{pattern}: {string.Join(' ', wrong.Select(codePoint => $"U+{codePoint:X}"))}");
            }
        }

        Assert.Empty(differing);
    }

    [Fact]
    public void Matches_Strings_AreReplacedAsInOniguruma()
    {
        List<string> differing = [];
        foreach (JsonElement record in GoldenSet.Records(Classes).Where(record => record.GetProperty("k").GetString() == "regex-strings"))
        {
            string pattern = record.GetProperty("pattern").GetString()!;
            Engine.Inference.Tokenization.TextPattern compiled = Engine.Inference.Tokenization.TextPattern.Regex(pattern);
            foreach (JsonElement example in record.GetProperty("cases").EnumerateArray())
            {
                string replaced = Replace(compiled, example[0].GetString()!);
                if (replaced != example[1].GetString())
                {
                    differing.Add($"{pattern} in {JsonSerializer.Serialize(example[0].GetString())}: wanted {JsonSerializer.Serialize(example[1].GetString())} got {JsonSerializer.Serialize(replaced)}");
                }
            }
        }

        Assert.True(differing.Count == 0, string.Join('\n', differing));
    }

    private static CodePointSet WithoutSurrogates(CodePointSet set) => set.Intersect(new CodePointSet([0xD800, 0xDFFF]).Complement());

    private static Func<int, bool> MatchesAlone(RegexProgram program)
    {
        RegexMatcher matcher = program.RentMatcher();
        byte[] text = new byte[4];
        return codePoint =>
        {
            int length = new Rune(codePoint).EncodeToUtf8(text);
            matcher.Reset();
            return matcher.TryFind(text.AsSpan(0, length), 0, out int start, out int end) && start == 0 && end == length;
        };
    }

    private static string Replace(Engine.Inference.Tokenization.TextPattern pattern, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        StringBuilder replaced = new();
        int copied = 0;
        Engine.Inference.Tokenization.MatchEnumerator matches = pattern.Matches(bytes);
        while (matches.TryNext(out int start, out int end))
        {
            replaced.Append(Encoding.UTF8.GetString(bytes, copied, start - copied)).Append("<>");
            copied = end;
        }

        return replaced.Append(Encoding.UTF8.GetString(bytes, copied, bytes.Length - copied)).ToString();
    }

    private static IEnumerable<int> CodePoints() => Enumerable.Range(0, 0x110000).Where(codePoint => codePoint is < 0xD800 or > 0xDFFF);
}
