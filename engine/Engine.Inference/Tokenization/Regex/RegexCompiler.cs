using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>Lays nodes out as instructions. Counted repetitions of more than one character are written out, which bounds the program.</summary>
internal sealed class RegexCompiler
{
    private const int MaximumInstructions = 20_000;
    private const int MaximumLookBehind = 1_000;
    private const int NoCache = -1;

    private readonly List<RegexInstruction> _code = [];
    private int _slots;
    private int _runs;
    private int _lookBehinds;

    public static RegexProgram Compile(RegexNode node)
    {
        RegexCompiler compiler = new();
        compiler.Emit(node);
        compiler.Add(new RegexInstruction(RegexOperation.Accept));
        (CodePointSet first, bool canBeEmpty) = RegexAnalysis.First(node);
        return new RegexProgram(compiler._code.ToArray(), canBeEmpty ? null : first, compiler._slots, compiler._runs);
    }

    private void Emit(RegexNode node)
    {
        switch (node)
        {
            case SetNode set:
                Add(new RegexInstruction(RegexOperation.Set) { Set = set.Set });
                break;
            case SequenceNode sequence:
                foreach (RegexNode item in sequence.Items)
                {
                    Emit(item);
                }

                break;
            case AlternationNode alternation:
                EmitAlternation(alternation);
                break;
            case RepeatNode repeat:
                EmitRepeat(repeat);
                break;
            case AtomicNode atomic:
                EmitNested(new RegexInstruction(RegexOperation.Atomic), atomic.Body);
                break;
            case LookNode { Behind: false } look:
                EmitNested(new RegexInstruction(RegexOperation.Look) { Negative = look.Negative }, look.Body);
                break;
            case LookNode look:
                (int minimum, int maximum) = RegexAnalysis.Lengths(look.Body);
                if (maximum > MaximumLookBehind)
                {
                    throw new RegexSyntaxException("The regular expression is not usable: a look-behind has no bounded length.");
                }

                _lookBehinds++;
                EmitNested(
                    new RegexInstruction(RegexOperation.LookBehind) { Negative = look.Negative, Minimum = minimum, Maximum = maximum }, look.Body);
                _lookBehinds--;
                break;
            case AssertionNode assertion:
                Add(new RegexInstruction(RegexOperation.Assert) { Assertion = assertion.Kind });
                break;
            case GraphemeNode:
                Add(new RegexInstruction(RegexOperation.Grapheme));
                break;
        }
    }

    private void EmitNested(RegexInstruction instruction, RegexNode body)
    {
        Add(instruction);
        Emit(body);
        Add(new RegexInstruction(RegexOperation.Accept));
        instruction.Target = _code.Count;
    }

    private void EmitAlternation(AlternationNode alternation)
    {
        List<RegexInstruction> exits = [];
        for (int i = 0; i < alternation.Alternatives.Count; i++)
        {
            RegexNode alternative = alternation.Alternatives[i];
            bool last = i == alternation.Alternatives.Count - 1;
            RegexInstruction? split = null;
            if (!last)
            {
                (CodePointSet first, bool canBeEmpty) = RegexAnalysis.First(alternative);
                split = Add(new RegexInstruction(RegexOperation.Split) { Set = canBeEmpty ? null : first });
            }

            Emit(alternative);
            if (!last)
            {
                exits.Add(Add(new RegexInstruction(RegexOperation.Jump)));
                split!.Target = _code.Count;
            }
        }

        foreach (RegexInstruction exit in exits)
        {
            exit.Target = _code.Count;
        }
    }

    private void EmitRepeat(RepeatNode repeat)
    {
        if (repeat.Body is SetNode set)
        {
            // What a run in a look-behind is followed by depends on where the look-behind has to end, so nothing about it may be remembered.
            bool cached = repeat.Greedy && repeat.Maximum == RepeatNode.Unbounded && _lookBehinds == 0;
            Add(new RegexInstruction(repeat.Greedy ? RegexOperation.GreedyRun : RegexOperation.LazyRun)
            {
                Set = set.Set,
                Minimum = repeat.Minimum,
                Maximum = repeat.Maximum,
                Slot = cached ? _runs++ : NoCache,
            });
            return;
        }

        for (int i = 0; i < repeat.Minimum; i++)
        {
            Emit(repeat.Body);
        }

        if (repeat.Maximum == RepeatNode.Unbounded)
        {
            EmitLoop(repeat);
            return;
        }

        List<RegexInstruction> exits = [];
        for (int i = repeat.Minimum; i < repeat.Maximum; i++)
        {
            exits.Add(EmitChoice(repeat));
        }

        foreach (RegexInstruction exit in exits)
        {
            exit.Target = _code.Count;
        }
    }

    /// <summary>One optional iteration; the instruction given back has the exit as its target.</summary>
    private RegexInstruction EmitChoice(RepeatNode repeat)
    {
        if (repeat.Greedy)
        {
            (CodePointSet first, bool canBeEmpty) = RegexAnalysis.First(repeat.Body);
            RegexInstruction split = Add(new RegexInstruction(RegexOperation.Split) { Set = canBeEmpty ? null : first });
            Emit(repeat.Body);
            return split;
        }

        RegexInstruction lazy = Add(new RegexInstruction(RegexOperation.SplitLazy));
        Emit(repeat.Body);
        return lazy;
    }

    private void EmitLoop(RepeatNode repeat)
    {
        (CodePointSet first, bool canBeEmpty) = RegexAnalysis.First(repeat.Body);
        int start = _code.Count;
        RegexInstruction choice = Add(
            repeat.Greedy
                ? new RegexInstruction(RegexOperation.Split) { Set = canBeEmpty ? null : first }
                : new RegexInstruction(RegexOperation.SplitLazy));
        if (canBeEmpty)
        {
            int slot = _slots++;
            Add(new RegexInstruction(RegexOperation.LoopStart) { Slot = slot });
            Emit(repeat.Body);
            Add(new RegexInstruction(RegexOperation.LoopEnd) { Slot = slot, Target = start });
        }
        else
        {
            Emit(repeat.Body);
            Add(new RegexInstruction(RegexOperation.Jump) { Target = start });
        }

        choice.Target = _code.Count;
    }

    private RegexInstruction Add(RegexInstruction instruction)
    {
        if (_code.Count == MaximumInstructions)
        {
            throw new RegexSyntaxException("The regular expression is not usable: it is too large when its repetitions are written out.");
        }

        _code.Add(instruction);
        return instruction;
    }
}
