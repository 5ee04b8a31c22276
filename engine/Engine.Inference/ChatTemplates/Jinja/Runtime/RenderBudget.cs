using System.Diagnostics;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>Counts what a rendering uses and throws when it is too much. Every operation charges in proportion to its work.</summary>
internal sealed class RenderBudget
{
    private const long StepsPerClockReading = 1024;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _stepLimit;
    private readonly long _characterLimit;
    private readonly TimeSpan _timeLimit;
    private long _steps;
    private long _nextClockReading = RenderLimits.UntimedSteps;
    private long _characters;
    private int _callDepth;

    public RenderBudget(long inputCharacters)
    {
        _stepLimit = RenderLimits.Steps + inputCharacters * RenderLimits.StepsPerInputCharacter;
        _characterLimit = RenderLimits.Characters + inputCharacters * RenderLimits.CharactersPerInputCharacter;
        _timeLimit = TimeSpan.FromMilliseconds(RenderLimits.Milliseconds + inputCharacters / RenderLimits.CharactersPerMillisecond);
    }

    public void Step() => Steps(1);

    public void Steps(long count)
    {
        _steps += count;
        if (_steps >= _nextClockReading)
        {
            ReadClock();
        }
    }

    /// <summary>Charges a string that is about to be made: its memory, and the time to write it.</summary>
    public void Characters(long count)
    {
        _characters += count;
        if (_characters > _characterLimit)
        {
            throw JinjaException.Budget($"the template makes more than {_characterLimit} characters of text; it repeats or joins too much");
        }

        Steps(count >> 5);
    }

    /// <summary>Charges reading over characters: a search, a comparison.</summary>
    public void Scan(long characters) => Steps(characters >> 5);

    /// <summary>Charges the elements of a list or dictionary that is about to be made.</summary>
    public void Elements(long count)
    {
        Characters(count * 16);
        Steps(count);
    }

    public void EnterCall()
    {
        if (++_callDepth > RenderLimits.CallDepth || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw JinjaException.Budget("macros or recursive loops call each other too deeply");
        }
    }

    public void LeaveCall() => _callDepth--;

    private void ReadClock()
    {
        if (_steps > _stepLimit)
        {
            throw JinjaException.Budget($"the template takes more than {_stepLimit} steps; it loops too much");
        }

        _nextClockReading = _steps + StepsPerClockReading;
        if (Stopwatch.GetElapsedTime(_start) > _timeLimit)
        {
            throw JinjaException.Budget($"the template takes longer than {_timeLimit.TotalMilliseconds:0} ms");
        }
    }
}
