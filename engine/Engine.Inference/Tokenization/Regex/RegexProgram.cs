using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>A compiled pattern: instructions over UTF-8 for <see cref="RegexMatcher"/>. Immutable.</summary>
internal sealed class RegexProgram(RegexInstruction[] instructions, CodePointSet? first, int slotCount, int runCount)
{
    private RegexMatcher? _idle;

    public RegexInstruction[] Instructions { get; } = instructions;

    /// <summary>The characters a match can begin with, or null where it can be empty or depends on what stands around it.</summary>
    public CodePointSet? First { get; } = first;

    /// <summary>Registers of loops whose body can match nothing.</summary>
    public int SlotCount { get; } = slotCount;

    /// <summary>Unbounded one-character repetitions, each with a cache of its last run.</summary>
    public int RunCount { get; } = runCount;

    /// <exception cref="RegexSyntaxException">The pattern is malformed, not supported or too large.</exception>
    public static RegexProgram Compile(string pattern) => RegexCompiler.Compile(RegexParser.Parse(pattern));

    /// <summary>A matcher for one text; <see cref="RegexMatcher.Return"/> makes it available again.</summary>
    public RegexMatcher RentMatcher()
    {
        RegexMatcher matcher = Interlocked.Exchange(ref _idle, null) ?? new RegexMatcher(this);
        matcher.Reset();
        return matcher;
    }

    public void Return(RegexMatcher matcher) => Volatile.Write(ref _idle, matcher);
}

internal enum RegexOperation : byte
{
    /// <summary>Takes one character of <see cref="RegexInstruction.Set"/>.</summary>
    Set,

    /// <summary>Takes as many characters of the set as there are, from Minimum to Maximum, and gives back one at a time.</summary>
    GreedyRun,

    /// <summary>Takes Minimum characters of the set, and one more each time what follows fails.</summary>
    LazyRun,

    /// <summary>Goes on behind; if that fails, at Target. With a set: goes to Target at once where the next character is not of the set.</summary>
    Split,

    /// <summary>Goes on at Target; if that fails, behind.</summary>
    SplitLazy,
    Jump,
    Assert,

    /// <summary>Runs the instructions behind up to Accept on their own and goes on at Target.</summary>
    Look,
    LookBehind,
    Atomic,
    Grapheme,

    /// <summary>Remembers the position at which an iteration of a loop begins.</summary>
    LoopStart,

    /// <summary>Ends an iteration: back to Target, or on behind where it matched nothing.</summary>
    LoopEnd,
    Accept,
}

internal sealed class RegexInstruction(RegexOperation operation)
{
    public RegexOperation Operation { get; } = operation;

    public CodePointSet? Set { get; init; }

    public int Target { get; set; }

    public int Minimum { get; init; }

    public int Maximum { get; init; }

    /// <summary>The number of the loop register or of the run cache.</summary>
    public int Slot { get; init; }

    public bool Negative { get; init; }

    public RegexAssertion Assertion { get; init; }
}
