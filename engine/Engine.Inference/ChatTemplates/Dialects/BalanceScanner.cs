namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Finds where brackets that were opened are all closed again, strings left out. Keeps its place between looks.</summary>
internal struct BalanceScanner
{
    private int _position;
    private int _depth;
    private char _quote;
    private bool _isEscaped;

    /// <summary>Starts at a place.</summary>
    public BalanceScanner(int position) => _position = position;

    /// <summary>Whether a bracket has been opened yet.</summary>
    public readonly bool IsInside => _depth > 0;

    /// <summary>The place behind the last closing bracket; <see langword="null"/> where it is not there yet.</summary>
    public int? FindEnd(string text, bool allowsSingleQuotes)
    {
        for (; _position < text.Length; _position++)
        {
            char c = text[_position];
            if (_quote != '\0')
            {
                _quote = !_isEscaped && c == _quote ? '\0' : _quote;
                _isEscaped = !_isEscaped && c == '\\';
                continue;
            }

            switch (c)
            {
                case '"':
                case '\'' when allowsSingleQuotes:
                    _quote = c;
                    break;
                case '{' or '[' or '(':
                    _depth++;
                    break;
                case '}' or ']' or ')':
                    if (--_depth <= 0)
                    {
                        return ++_position;
                    }

                    break;
            }
        }

        return null;
    }
}
