namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>
/// Takes the reasoning off the beginning of an answer and passes the rest on. White space at both ends of the reasoning, and before what follows
/// it, is dropped. Reasoning that is never closed is all of the answer.
/// </summary>
internal sealed class ReasoningParser(ReasoningDialect dialect, bool isOpen, IOutputStage next, List<OutputDelta> deltas) : IOutputStage
{
    private enum State
    {
        Before,
        Inside,
        Behind,
        Through,
    }

    private readonly string _start = dialect.Start.TrimEnd();
    private State _state = isOpen ? State.Inside : State.Before;
    private bool _mayRepeatStart = isOpen;
    private bool _hasReasoning;
    private string _waiting = "";

    public void Append(string text)
    {
        if (_state == State.Through)
        {
            next.Append(text);
            return;
        }

        _waiting += text;
        while (Step())
        {
        }
    }

    public void Complete()
    {
        switch (_state)
        {
            case State.Inside:
                Reason(_waiting.TrimEnd());
                break;
            case State.Before:
                next.Append(_waiting);
                break;
        }

        _waiting = "";
        next.Complete();
    }

    /// <summary>Goes on by one state; false where more text is needed.</summary>
    private bool Step() => _state switch
    {
        State.Before => Begin(),
        State.Inside => Inside(),
        State.Behind => Behind(),
        _ => false,
    };

    private bool Begin()
    {
        string trimmed = _waiting.TrimStart();
        if (trimmed.StartsWith(_start, StringComparison.Ordinal))
        {
            _waiting = trimmed[_start.Length..];
            _state = State.Inside;
            return true;
        }

        if (_start.StartsWith(trimmed, StringComparison.Ordinal))
        {
            return false;
        }

        PassOn(_waiting);
        return false;
    }

    private bool Inside()
    {
        if (_mayRepeatStart)
        {
            // A model may open again what its prompt has opened.
            string trimmed = _waiting.TrimStart();
            if (trimmed.Length < _start.Length && _start.StartsWith(trimmed, StringComparison.Ordinal))
            {
                return false;
            }

            _mayRepeatStart = false;
            _waiting = trimmed.StartsWith(_start, StringComparison.Ordinal) ? trimmed[_start.Length..] : trimmed;
        }

        int end = _waiting.IndexOf(dialect.End, StringComparison.Ordinal);
        if (end >= 0)
        {
            Reason(_waiting[..end].TrimEnd());
            _waiting = _waiting[(end + dialect.End.Length)..];
            _state = State.Behind;
            return true;
        }

        int certain = Markers.CertainLength(_waiting, dialect.End);
        certain = _waiting.AsSpan(0, certain).TrimEnd().Length;
        Reason(_waiting[..certain]);
        _waiting = _waiting[certain..];
        return false;
    }

    private bool Behind()
    {
        _waiting = _waiting.TrimStart();
        if (_waiting.Length > 0)
        {
            PassOn(_waiting);
        }

        return false;
    }

    private void PassOn(string text)
    {
        _waiting = "";
        _state = State.Through;
        next.Append(text);
    }

    private void Reason(string text)
    {
        text = _hasReasoning ? text : text.TrimStart();
        if (text.Length > 0)
        {
            _hasReasoning = true;
            deltas.Add(new OutputDelta.Reasoning(text));
        }
    }
}
