using System.Text;
using Engine.Inference.Tokenization.Regex;
using PlatformRegex = System.Text.RegularExpressions.Regex;

namespace Engine.Tests.Tokenization.Regex;

public class RegexMatcherTests
{
    [Theory]
    [InlineData("a{2}", "aaaaa", "0-2 2-4")]
    [InlineData("a{,2}b", "aaab", "1-4")]
    [InlineData("a{2}+", "aaaaa", "0-4")]
    [InlineData("a{x}", "aa{x}", "1-5")]
    [InlineData("a++a", "aaa", "")]
    [InlineData("(?>a*)ab", "aaab", "")]
    [InlineData("a*?b", "aab", "0-3")]
    [InlineData("(?i)ab|C", "AB c", "0-2 3-4")]
    [InlineData("a(?i)b|c", "aB aC", "0-2 3-5")]
    [InlineData("(?-i:a)b", "ab", "0-2")]
    [InlineData("(?x: a b # comment\n c )", "abc", "0-3")]
    [InlineData("(?#note)a", "a", "0-1")]
    [InlineData("(?<name>a)(?:b)", "ab", "0-2")]
    [InlineData("(?<=ab)c", "abc", "2-3")]
    [InlineData("(?<!b)c", "bc c", "3-4")]
    [InlineData("(?<=a|bc)d", "ad bcd", "1-2 5-6")]
    [InlineData("^a|b$", "a\na b\nb", "0-1 2-3 4-5 6-7")]
    [InlineData("(?m:.)", "\n", "0-1")]
    [InlineData(".", "\n", "")]
    [InlineData("[a-c&&[^b]]+", "abcac", "0-1 2-5")]
    [InlineData("[]a]", "]a", "0-1 1-2")]
    [InlineData("[a\\-z]", "-", "0-1")]
    [InlineData("\\h+", "09afGx", "0-4")]
    [InlineData("\\x41\\u0042\\x{43}\\103", "ABCC", "")]
    [InlineData("\\x41\\u0042\\x{43}", "ABC", "0-3")]
    [InlineData("\\R", "\r\n\n", "0-2 2-3")]
    [InlineData("[[:alpha:][:digit:]]+", "a1-", "0-2")]
    [InlineData("[^[:space:]]+", "ab c", "0-2 3-4")]
    [InlineData("\\p{^L}", "a1", "1-2")]
    [InlineData("\\P{Lu}\\p{Lu}", "aB", "0-2")]
    [InlineData("(?:a|ab)(?:c|bcd)", "abcd", "0-4")]
    [InlineData("(a*)*b", "aaab", "0-4")]
    [InlineData("(?:a?)*?b", "aab", "0-3")]
    [InlineData("(?=a)x*", "aa", "0-0 1-1")]
    public void TryFind_Syntax_MeansWhatItDoesInOniguruma(string pattern, string text, string expected)
    {
        if (pattern.EndsWith("\\103", StringComparison.Ordinal))
        {
            Assert.Throws<RegexSyntaxException>(() => RegexProgram.Compile(pattern));
            return;
        }

        Assert.Equal(expected, Matches(RegexProgram.Compile(pattern), text, remembers: false));
        Assert.Equal(expected, Matches(RegexProgram.Compile(pattern), text, remembers: true));
    }

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("*a")]
    [InlineData("[a")]
    [InlineData("[b-a]")]
    [InlineData("a{3,2}")]
    [InlineData("a{200000}")]
    [InlineData("(?:ab){90000}")]
    [InlineData("(a)\\1")]
    [InlineData("\\k<x>")]
    [InlineData("\\p{NoSuch}")]
    [InlineData("\\p{L")]
    [InlineData("[[:nosuch:]]")]
    [InlineData("(?<=a*)b")]
    [InlineData("(?~x)")]
    [InlineData("a\\")]
    [InlineData("\\x{110000}")]
    public void Compile_MalformedOrUnsupported_IsRefused(string pattern) =>
        Assert.Throws<RegexSyntaxException>(() => RegexProgram.Compile(pattern));

    [Fact]
    public void Compile_DeepNesting_IsRefused() =>
        Assert.Throws<RegexSyntaxException>(() => RegexProgram.Compile(new string('(', 5000) + new string(')', 5000)));

    [Fact]
    public void TryFind_RandomPatterns_AgreesWithThePlatform()
    {
        Random random = new(20251125);
        for (int i = 0; i < 2500; i++)
        {
            string pattern = RandomAlternation(random, 3);
            PlatformRegex oracle = new(pattern, System.Text.RegularExpressions.RegexOptions.CultureInvariant);
            RegexProgram program = RegexProgram.Compile(pattern);
            for (int j = 0; j < 4; j++)
            {
                string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => "abc"[random.Next(3)]));
                string expected = string.Join(' ', oracle.Matches(text).Where((match, k) => IsKept(oracle.Matches(text), k)).Select(match => $"{match.Index}-{match.Index + match.Length}"));
                Assert.True(expected == Matches(program, text, remembers: false), $"{pattern} in {text}: wanted {expected}, got {Matches(program, text, remembers: false)}");
                Assert.True(expected == Matches(program, text, remembers: true), $"{pattern} in {text} with memory: wanted {expected}, got {Matches(program, text, remembers: true)}");
            }
        }
    }

    [Theory]
    [InlineData("(a+)+b")]
    [InlineData("(a|aa)+b")]
    [InlineData("(a*)*b")]
    [InlineData("(?:a|a)*b")]
    [InlineData("(?:a+b)|a")]
    [InlineData("(?:(?:aa)+b)|a")]
    [InlineData("(?:a*a*a*a*b)|a")]
    [InlineData("(?=a*b)a")]
    [InlineData("a*?b")]
    [InlineData("(?:a*?b)|a")]
    [InlineData("(?:a{0,9}){4}b|a")]
    [InlineData("a{2,}b|aa?")]
    [InlineData("(?>a*)b|a")]
    [InlineData("(?<=a{0,50})b|a")]
    [InlineData("\\s*[\\r\\n]+|a+(?!a)b|a")]
    public void TryFind_PatternMadeToBacktrack_Ends(string pattern)
    {
        RegexMatcher matcher = RegexProgram.Compile(pattern).RentMatcher();
        byte[] text = Encoding.ASCII.GetBytes(new string('a', 20_000));
        int position = 0;
        while (matcher.TryFind(text, position, out _, out int end))
        {
            position = end;
        }

        // A pattern with a way out takes every letter, another none; backtracking would not end within a lifetime.
        Assert.Equal(pattern.EndsWith("|a", StringComparison.Ordinal) || pattern.EndsWith("|aa?", StringComparison.Ordinal) ? text.Length : 0, position);
    }

    private static bool IsKept(System.Text.RegularExpressions.MatchCollection matches, int index) =>
        matches[index].Length > 0 || index == 0 || matches[index - 1].Index + matches[index - 1].Length != matches[index].Index;

    private static string Matches(RegexProgram program, string text, bool remembers)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        RegexMatcher matcher = program.RentMatcher();
        if (remembers)
        {
            matcher.RememberFromTheStart();
        }

        List<string> found = [];
        int lastEnd = -1;
        int position = 0;
        while (position <= bytes.Length && matcher.TryFind(bytes, position, out int start, out int end))
        {
            if (start == end && end == lastEnd)
            {
                position++;
                continue;
            }

            found.Add($"{start}-{end}");
            position = lastEnd = end;
        }

        return string.Join(' ', found);
    }

    private static string RandomAlternation(Random random, int depth) =>
        string.Join('|', Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomSequence(random, depth)));

    /// <summary>Loops repeat what cannot be empty: on empty iterations the engines differ on purpose.</summary>
    private static string RandomSequence(Random random, int depth)
    {
        StringBuilder sequence = new();
        int count = random.Next(1, 4);
        for (int i = 0; i < count; i++)
        {
            string quantifier = random.Next(8) switch { 0 => "*", 1 => "+", 2 => "?", 3 => "*?", 4 => "{1,2}", 5 => "+?", _ => string.Empty };
            switch (depth == 0 ? random.Next(3) : random.Next(9))
            {
                case 0 or 1 or 2 or 3:
                    sequence.Append("abc"[random.Next(3)]).Append(quantifier);
                    break;
                case 4:
                    sequence.Append("[ab]").Append(quantifier);
                    break;
                case 5:
                    sequence.Append("(?:").Append("abc"[random.Next(3)]).Append(RandomAlternation(random, depth - 1).Replace("|", "|c", StringComparison.Ordinal)).Append(')').Append(quantifier);
                    break;
                case 6:
                    sequence.Append(random.Next(2) == 0 ? "(?=" : "(?!").Append(RandomAlternation(random, 0)).Append(')');
                    break;
                case 7:
                    sequence.Append(random.Next(2) == 0 ? "(?<=" : "(?<!").Append("abc"[random.Next(3)]).Append("|bc)");
                    break;
                default:
                    sequence.Append("(?>").Append(RandomAlternation(random, 0)).Append(')');
                    break;
            }
        }

        return sequence.ToString();
    }
}
