using System.Text.Json;

namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>
/// The messages of gpt-oss: <c>&lt;|channel|&gt;analysis&lt;|message|&gt;…&lt;|end|&gt;</c>. Analysis is reasoning, what has a recipient is a call, the
/// rest is content. The answer begins inside the header of a message.
/// </summary>
internal sealed class HarmonyParser(List<OutputDelta> deltas) : IOutputStage
{
    private const string Message = "<|message|>";
    private static readonly string[] Ends = ["<|end|>", "<|call|>", "<|return|>", "<|start|>"];
    private static readonly string[] HeaderStarts = ["<|channel|>", "<|start|>", "<|message|>", " to="];

    private enum State
    {
        Header,
        Body,
    }

    private State _state = State.Header;
    private string _waiting = "";
    private string _header = "";
    private string _recipient = "";
    private string _call = "";
    private bool _isReasoning;

    public void Append(string text)
    {
        _waiting += text;
        while (_state == State.Header ? ReadHeader(isEnd: false) : ReadBody(isEnd: false))
        {
        }
    }

    public void Complete()
    {
        while (_waiting.Length > 0 && (_state == State.Header ? ReadHeader(isEnd: true) : ReadBody(isEnd: true)))
        {
        }

        EndMessage();
    }

    private bool ReadHeader(bool isEnd)
    {
        if (IsPlain(isEnd))
        {
            // No header at all: the model answers without a channel.
            Open("");
            return true;
        }

        int end = _waiting.IndexOf(Message, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        string header = _waiting[..end];
        _waiting = _waiting[(end + Message.Length)..];
        Open(header);
        return true;
    }

    private bool IsPlain(bool isEnd)
    {
        string start = _waiting.TrimStart('\n');
        if (start.Length == 0)
        {
            return false;
        }

        bool mayBeHeader = HeaderStarts.Any(sign => start.StartsWith(sign, StringComparison.Ordinal) || (!isEnd && sign.StartsWith(start, StringComparison.Ordinal)));
        return !mayBeHeader && !start.StartsWith("assistant", StringComparison.Ordinal) && (isEnd || !"assistant".StartsWith(start, StringComparison.Ordinal));
    }

    private void Open(string header)
    {
        _header = header;
        int to = header.IndexOf("to=", StringComparison.Ordinal);
        string recipient = to < 0 ? "" : header[(to + 3)..];
        int recipientEnd = recipient.AsSpan().IndexOfAny(" <\n");
        _recipient = (recipientEnd < 0 ? recipient : recipient[..recipientEnd]).Trim();
        _isReasoning = header.Contains("<|channel|>analysis", StringComparison.Ordinal) && _recipient.Length == 0;
        _call = "";
        _state = State.Body;
    }

    private bool ReadBody(bool isEnd)
    {
        (int At, string Marker)? found = Markers.First(_waiting, Ends);
        int certain = found?.At ?? (isEnd ? _waiting.Length : Ends.Min(marker => Markers.CertainLength(_waiting, marker)));
        Write(_waiting[..certain]);
        _waiting = _waiting[certain..];
        if (found is not { } end)
        {
            return false;
        }

        EndMessage();
        _waiting = _waiting[end.Marker.Length..];
        _state = State.Header;
        _header = "";
        return true;
    }

    private void Write(string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (_recipient.Length > 0)
        {
            _call += text;
        }
        else
        {
            deltas.Add(_isReasoning ? new OutputDelta.Reasoning(text) : new OutputDelta.Content(text));
        }
    }

    private void EndMessage()
    {
        if (_recipient.Length == 0)
        {
            return;
        }

        string name = _recipient.StartsWith("functions.", StringComparison.Ordinal) ? _recipient["functions.".Length..] : _recipient;
        string arguments = _call.Trim();
        deltas.Add(IsObject(arguments)
            ? new OutputDelta.Call(new ToolCall(name, arguments))
            : new OutputDelta.Content(_header + Message + _call));
        _recipient = "";
        _call = "";
    }

    private static bool IsObject(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
