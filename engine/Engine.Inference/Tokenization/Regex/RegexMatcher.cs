using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>
/// Finds a pattern's matches in one text, left to right, first alternative first, as a backtracking engine does, but in a time that grows
/// with the text only: a run of one character class remembers where it ended and which continuations failed; and once a text has cost more
/// steps than a usual one, every place that was tried in vain is remembered and not tried again.
/// </summary>
/// <remarks>
/// That a continuation fails depends on nothing but the instruction and the position (there are no back references), so what failed once fails
/// for every later beginning too. Not thread-safe; make one per text or <see cref="Reset"/> it.
/// </remarks>
internal sealed class RegexMatcher(RegexProgram program)
{
    private const int NotFound = -1;
    private const int FrameSize = 4;
    private const int LargeStack = 1 << 16;
    private const int RestoreSlot = -1;
    private const int FreeStepsPerByte = 64;
    private const int FreeSteps = 10_000;
    private const int GrantedStepsPerByte = 1_000;
    private const int GrantedSteps = 1_000_000;

    private readonly RegexInstruction[] _code = program.Instructions;
    private readonly int[] _slots = new int[program.SlotCount];
    private readonly Run[] _runs = new Run[program.RunCount];
    private readonly RegexMemory _memory = new(program.Instructions.Length);
    private int[] _stack = new int[64 * FrameSize];
    private int _stackLength;
    private long _steps;

    /// <summary>Forgets what was found out about the text before.</summary>
    public void Reset()
    {
        Array.Fill(_runs, new Run(0, NotFound, NotFound));
        _memory.Clear();
        _stackLength = 0;
        _steps = 0;
    }

    /// <summary>Remembers failures from the start, not only when a text has cost much.</summary>
    public void RememberFromTheStart() => _memory.IsOn = true;

    /// <summary>Gives the matcher back to its program, unless one text has made it large.</summary>
    public void Return()
    {
        if (_stack.Length <= LargeStack)
        {
            program.Return(this);
        }
    }

    /// <summary>The first match that begins at <paramref name="start"/> or behind it.</summary>
    /// <exception cref="TokenizationException">The pattern takes absurdly many steps on this text.</exception>
    public bool TryFind(ReadOnlySpan<byte> text, int start, out int matchStart, out int matchEnd)
    {
        CodePointSet? first = program.First;
        for (int position = start; position <= text.Length;)
        {
            int length = 1;
            if (position < text.Length)
            {
                int codePoint = Utf8.Decode(text, position, out length);
                if (first is not null && !first.Contains(codePoint))
                {
                    position += length;
                    continue;
                }
            }
            else if (first is not null)
            {
                break;
            }

            int end = Match(text, 0, position);
            if (end != NotFound)
            {
                matchStart = position;
                matchEnd = end;
                return true;
            }

            position += length;
        }

        matchStart = matchEnd = NotFound;
        return false;
    }

    /// <summary>Runs from an instruction to the Accept of its level; gives where the match ends. <paramref name="mustEnd"/>: it has to end there.</summary>
    private int Match(ReadOnlySpan<byte> text, int pc, int position, int mustEnd = NotFound)
    {
        int bottom = _stackLength;
        int logBottom = _memory.LogLength;
        bool remembers = mustEnd == NotFound;
        while (true)
        {
            if (++_steps > FreeStepsPerByte * (long)text.Length + FreeSteps && !_memory.IsOn)
            {
                _memory.IsOn = true;
            }

            RegexInstruction instruction = _code[pc];
            bool failed = false;
            switch (instruction.Operation)
            {
                case RegexOperation.Set:
                    if (position < text.Length && instruction.Set!.Contains(Utf8.Decode(text, position, out int length)))
                    {
                        position += length;
                        pc++;
                    }
                    else
                    {
                        failed = true;
                    }

                    break;
                case RegexOperation.GreedyRun:
                    failed = !TakeRun(text, instruction, pc, ref position);
                    pc++;
                    break;
                case RegexOperation.LazyRun:
                    failed = !TakeAtLeast(text, instruction.Set!, instruction.Minimum, ref position) || IsKnownToFail(remembers, pc, position);
                    if (!failed && instruction.Maximum > instruction.Minimum)
                    {
                        Push(pc + 1, position, instruction.Minimum);
                    }

                    pc++;
                    break;
                case RegexOperation.Split when instruction.Set is not null
                    && (position == text.Length || !instruction.Set.Contains(Utf8.Decode(text, position, out _))):
                    pc = instruction.Target;
                    break;
                case RegexOperation.Split:
                    failed = IsKnownToFail(remembers, pc, position);
                    Push(instruction.Target, position, when: !failed);
                    pc++;
                    break;
                case RegexOperation.SplitLazy:
                    failed = IsKnownToFail(remembers, pc, position);
                    Push(pc + 1, position, when: !failed);
                    pc = instruction.Target;
                    break;
                case RegexOperation.Jump:
                    pc = instruction.Target;
                    break;
                case RegexOperation.Assert:
                    failed = !RegexAssertions.Holds(instruction.Assertion, text, position);
                    pc++;
                    break;
                case RegexOperation.Look:
                    failed = Match(text, pc + 1, position) != NotFound == instruction.Negative;
                    pc = instruction.Target;
                    break;
                case RegexOperation.LookBehind:
                    failed = LooksBehind(text, instruction, pc, position) == instruction.Negative;
                    pc = instruction.Target;
                    break;
                case RegexOperation.Atomic:
                    int end = Match(text, pc + 1, position);
                    failed = end == NotFound;
                    position = end;
                    pc = instruction.Target;
                    break;
                case RegexOperation.Grapheme:
                    failed = position == text.Length;
                    position = failed ? position : GraphemeClusters.End(text, position);
                    pc++;
                    break;
                case RegexOperation.LoopStart:
                    PushSlot(instruction.Slot);
                    _slots[instruction.Slot] = position;
                    pc++;
                    break;
                case RegexOperation.LoopEnd:
                    pc = position == _slots[instruction.Slot] ? pc + 1 : instruction.Target;
                    break;
                default:
                    if (mustEnd == NotFound || position == mustEnd)
                    {
                        // What led here did not fail: forget that it was tried.
                        _memory.Forget(logBottom);
                        _stackLength = bottom;
                        return position;
                    }

                    failed = true;
                    break;
            }

            if (failed && !Backtrack(text, bottom, remembers, out pc, out position))
            {
                _memory.Confirm(logBottom);
                return NotFound;
            }
        }
    }

    private bool Backtrack(ReadOnlySpan<byte> text, int bottom, bool remembers, out int pc, out int position)
    {
        while (_stackLength > bottom)
        {
            if (++_steps > GrantedStepsPerByte * (long)text.Length + GrantedSteps)
            {
                throw new TokenizationException("The tokenizer's regular expression takes too many steps on this text.");
            }

            Span<int> frame = _stack.AsSpan(_stackLength - FrameSize, FrameSize);
            pc = frame[0];
            position = frame[1];
            int log = frame[3];
            if (pc < 0)
            {
                _slots[RestoreSlot - pc] = position;
                _stackLength -= FrameSize;
                continue;
            }

            RegexInstruction before = pc > 0 ? _code[pc - 1] : _code[0];
            _memory.Confirm(log);
            if (frame[2] == NotFound)
            {
                _stackLength -= FrameSize;
                return true;
            }

            if (before.Operation == RegexOperation.GreedyRun)
            {
                // frame[2] is the end of the minimum; the continuation failed at the position, so the run gives one character back.
                int tried = position;
                if (before.Slot >= 0)
                {
                    ref Run run = ref _runs[before.Slot];
                    if (run.End >= tried && run.Start <= frame[2])
                    {
                        run.Candidate = Math.Min(run.Candidate, tried - 1);
                    }
                }

                if (tried <= frame[2])
                {
                    _stackLength -= FrameSize;
                    continue;
                }

                position = frame[1] = Utf8.Previous(text, tried);
                if (before.Slot < 0 && !MarksItself(_code[pc].Operation) && IsKnownToFail(remembers, pc, position))
                {
                    continue;
                }

                return true;
            }

            // What an unbounded run found out behind a place, it found out about all that follows too.
            if (!TakeOneMore(text, before, frame, ref position)
                || before.Maximum == RepeatNode.Unbounded && IsKnownToFail(remembers, pc - 1, position))
            {
                _stackLength -= FrameSize;
                continue;
            }

            // The run that goes on from here has not failed until all that follows has.
            frame[3] = _memory.LogLength;
            return true;
        }

        pc = 0;
        position = 0;
        return false;
    }

    private static bool TakeOneMore(ReadOnlySpan<byte> text, RegexInstruction lazy, Span<int> frame, ref int position)
    {
        if (frame[2] >= lazy.Maximum || !TakeAtLeast(text, lazy.Set!, 1, ref position))
        {
            return false;
        }

        frame[1] = position;
        frame[2]++;
        return true;
    }

    private bool TakeRun(ReadOnlySpan<byte> text, RegexInstruction run, int pc, ref int position)
    {
        int least = position;
        if (!TakeAtLeast(text, run.Set!, run.Minimum, ref least))
        {
            return false;
        }

        if (run.Slot < 0)
        {
            int last = least;
            for (int count = run.Minimum; count < run.Maximum && last < text.Length && run.Set!.Contains(Utf8.Decode(text, last, out int length)); count++)
            {
                last += length;
            }

            position = last;
            Push(pc + 1, last, least);
            return true;
        }

        ref Run known = ref _runs[run.Slot];
        if (position < known.Start || least > known.End)
        {
            // Before a known run of the same characters only the way up to it is new; what failed behind it still fails.
            int reached = EndOfRun(text, run.Set!, least, known.Start);
            known = reached == known.Start && reached < known.End
                ? known with { Start = position }
                : new Run(position, EndOfRun(text, run.Set!, reached, text.Length), int.MaxValue);
        }

        // The characters behind the candidate are known to lead nowhere.
        int end = Math.Min(known.End, known.Candidate);
        if (end < least)
        {
            return false;
        }

        while (end < known.End && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        if (end < least)
        {
            return false;
        }

        position = end;
        Push(pc + 1, end, least);
        return true;
    }

    private static int EndOfRun(ReadOnlySpan<byte> text, CodePointSet set, int position, int limit)
    {
        while (position < limit && set.Contains(Utf8.Decode(text, position, out int length)))
        {
            position += length;
        }

        return position;
    }

    private static bool TakeAtLeast(ReadOnlySpan<byte> text, CodePointSet set, int count, ref int position)
    {
        for (int i = 0; i < count; i++)
        {
            if (position >= text.Length || !set.Contains(Utf8.Decode(text, position, out int length)))
            {
                return false;
            }

            position += length;
        }

        return true;
    }

    private bool LooksBehind(ReadOnlySpan<byte> text, RegexInstruction look, int pc, int position)
    {
        int start = position;
        for (int characters = 0; characters <= look.Maximum; characters++)
        {
            if (characters >= look.Minimum && Match(text, pc + 1, start, mustEnd: position) != NotFound)
            {
                return true;
            }

            if (start == 0)
            {
                return false;
            }

            start = Utf8.Previous(text, start);
        }

        return false;
    }

    private static bool MarksItself(RegexOperation operation) =>
        operation is RegexOperation.Split or RegexOperation.SplitLazy or RegexOperation.LazyRun;

    /// <summary>Marks a place as tried; true if it was tried before, in vain.</summary>
    private bool IsKnownToFail(bool remembers, int pc, int position) => remembers && _memory.IsOn && !_memory.TryMark(pc, position);

    private void PushSlot(int slot) => Push(RestoreSlot - slot, _slots[slot]);

    private void Push(int pc, int position, int extra = NotFound, bool when = true)
    {
        if (!when)
        {
            return;
        }

        if (_stackLength == _stack.Length)
        {
            Array.Resize(ref _stack, checked(_stack.Length * 2));
        }

        Span<int> frame = _stack.AsSpan(_stackLength, FrameSize);
        frame[0] = pc;
        frame[1] = position;
        frame[2] = extra;
        frame[3] = _memory.LogLength;
        _stackLength += FrameSize;
    }

    /// <summary>The last run of a repetition: where it began and ended, and the last place whose continuation is not known to fail.</summary>
    private record struct Run(int Start, int End, int Candidate);
}
