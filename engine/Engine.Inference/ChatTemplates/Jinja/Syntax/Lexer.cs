using System.Globalization;
using System.Numerics;
using System.Text;

namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>
/// Cuts a template into tokens as jinja2 does with <c>trim_blocks</c> and <c>lstrip_blocks</c> on and one trailing newline dropped, the way
/// transformers sets it up. Newlines of every kind become <c>\n</c>.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _brackets = new();
    private int _position;
    private int _line = 1;
    private bool _lineStarting = true;

    private Lexer(string source) => _source = source;

    public static List<Token> Tokenize(string source)
    {
        string normalized = source.Contains('\r') ? source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : source;
        Lexer lexer = new(normalized.EndsWith('\n') ? normalized[..^1] : normalized);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_position < _source.Length)
        {
            int tag = FindTag(_position);
            if (tag < 0)
            {
                AddData(_source[_position..]);
                break;
            }

            ReadTag(tag);
        }

        _tokens.Add(new Token(TokenKind.End, "", _line));
    }

    private int FindTag(int from)
    {
        for (int i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    private void ReadTag(int tag)
    {
        char kind = _source[tag + 1];
        int inside = tag + 2;
        char sign = inside < _source.Length && _source[inside] is '-' or '+' ? _source[inside++] : '\0';
        AddData(Strip(_source[_position..tag], sign, kind == '{'), _source.AsSpan(_position, tag - _position).Count('\n'));
        _position = inside;
        switch (kind)
        {
            case '#':
                SkipComment();
                break;
            case '%' when IsRaw(out int body):
                ReadRaw(body);
                break;
            default:
                ReadExpressionTokens(kind == '{');
                break;
        }

        _lineStarting = _position > 0 && _source[_position - 1] == '\n';
    }

    /// <summary>Takes away the white space before a tag, as its sign and lstrip_blocks say.</summary>
    private string Strip(string text, char sign, bool isVariable)
    {
        if (sign == '-')
        {
            return text.AsSpan().TrimEnd(PythonText.WhiteSpace).ToString();
        }

        if (sign == '+' || isVariable)
        {
            return text;
        }

        int lineStart = text.LastIndexOf('\n') + 1;
        // As in jinja2: only if there is white space at all, and only at the start of a line.
        bool isBlank = lineStart < text.Length && text.AsSpan(lineStart).Trim(PythonText.WhiteSpace).IsEmpty;
        return isBlank && (lineStart > 0 || _lineStarting) ? text[..lineStart] : text;
    }

    private void AddData(string text, int? newlines = null)
    {
        if (text.Length > 0)
        {
            _tokens.Add(new Token(TokenKind.Data, text, _line));
        }

        _line += newlines ?? text.AsSpan().Count('\n');
    }

    private void SkipComment()
    {
        int start = _position;
        int end = _source.IndexOf("#}", start, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Failure("a comment is not closed with '#}'");
        }

        char sign = end > start ? _source[end - 1] : '\0';
        _position = end + 2;
        SkipAfterTag(sign);
        _line += _source.AsSpan(start, _position - start).Count('\n');
    }

    private void SkipAfterTag(char sign)
    {
        if (sign == '-')
        {
            SkipWhiteSpace();
        }
        else if (sign != '+' && _position < _source.Length && _source[_position] == '\n')
        {
            _position++;
        }
    }

    private void SkipWhiteSpace()
    {
        while (_position < _source.Length && PythonText.IsSpace(_source[_position]))
        {
            _position++;
        }
    }

    private bool IsRaw(out int body)
    {
        int at = WordAfterSpace(_position, "raw");
        body = at;
        if (at < 0)
        {
            return false;
        }

        if (Matches(at, "-%}"))
        {
            body = at + 3;
            while (body < _source.Length && PythonText.IsSpace(_source[body]))
            {
                body++;
            }

            return true;
        }

        body = at + 2;
        return Matches(at, "%}");
    }

    private int WordAfterSpace(int at, string word)
    {
        while (at < _source.Length && PythonText.IsSpace(_source[at]))
        {
            at++;
        }

        if (!Matches(at, word))
        {
            return -1;
        }

        at += word.Length;
        while (at < _source.Length && PythonText.IsSpace(_source[at]))
        {
            at++;
        }

        return at;
    }

    private bool Matches(int at, string text) => string.CompareOrdinal(_source, at, text, 0, text.Length) == 0;

    private void ReadRaw(int body)
    {
        _line += _source.AsSpan(_position, body - _position).Count('\n');
        _lineStarting = _source[body - 1] == '\n';
        for (int i = _source.IndexOf("{%", body, StringComparison.Ordinal); i >= 0; i = _source.IndexOf("{%", i + 1, StringComparison.Ordinal))
        {
            char sign = i + 2 < _source.Length && _source[i + 2] is '-' or '+' ? _source[i + 2] : '\0';
            int end = WordAfterSpace(i + (sign == '\0' ? 2 : 3), "endraw");
            if (end < 0)
            {
                continue;
            }

            char endSign = end < _source.Length && _source[end] is '-' or '+' ? _source[end] : '\0';
            if (!Matches(endSign == '\0' ? end : end + 1, "%}"))
            {
                continue;
            }

            AddData(Strip(_source[body..i], sign, isVariable: false), _source.AsSpan(body, i - body).Count('\n'));
            _position = (endSign == '\0' ? end : end + 1) + 2;
            SkipAfterTag(endSign);
            _line += _source.AsSpan(i, _position - i).Count('\n');
            return;
        }

        throw Failure("a raw block is not closed with '{% endraw %}'");
    }

    private void ReadExpressionTokens(bool isVariable)
    {
        _tokens.Add(new Token(isVariable ? TokenKind.VariableBegin : TokenKind.BlockBegin, isVariable ? "{{" : "{%", _line));
        _brackets.Clear();
        while (_position < _source.Length)
        {
            char c = _source[_position];
            if (c == '\n')
            {
                _line++;
            }

            if (PythonText.IsSpace(c))
            {
                _position++;
            }
            else if (_brackets.Count == 0 && TryEndTag(isVariable))
            {
                return;
            }
            else if (char.IsAsciiDigit(c))
            {
                ReadNumber();
            }
            else if (IsNameStart(_position))
            {
                ReadName();
            }
            else if (c is '\'' or '"')
            {
                ReadString(c);
            }
            else
            {
                ReadOperator(c);
            }
        }
    }

    private bool TryEndTag(bool isVariable)
    {
        string close = isVariable ? "}}" : "%}";
        char c = _source[_position];
        char sign = c == '-' || (c == '+' && !isVariable) ? c : '\0';
        int at = sign == '\0' ? _position : _position + 1;
        if (!Matches(at, close))
        {
            return false;
        }

        _tokens.Add(new Token(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, close, _line));
        _position = at + 2;
        int start = _position;
        if (isVariable && sign == '-')
        {
            SkipWhiteSpace();
        }
        else if (!isVariable)
        {
            SkipAfterTag(sign);
        }

        _line += _source.AsSpan(start, _position - start).Count('\n');
        return true;
    }

    private void ReadNumber()
    {
        int start = _position;
        string source = _source;
        int end = Digits(start, char.IsAsciiDigit);
        bool afterDot = start > 0 && source[start - 1] == '.';
        if (!afterDot && FloatEnd(end) is int floatEnd and > 0)
        {
            string text = source[start..floatEnd].Replace("_", "", StringComparison.Ordinal);
            _tokens.Add(new Token(TokenKind.Float, text, _line, Float: double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)));
            _position = floatEnd;
            return;
        }

        int radix = 10;
        if (source[start] == '0')
        {
            char letter = start + 1 < source.Length ? char.ToLowerInvariant(source[start + 1]) : '\0';
            radix = letter switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
            int digits = radix == 10 ? start : start + 2;
            int radixEnd = radix == 10 ? Digits(start, c => c == '0') : Digits(digits, c => DigitValue(c) < radix);
            if (radix != 10 && radixEnd == digits)
            {
                radix = 10;
                radixEnd = start + 1;
            }

            end = radixEnd;
        }

        if (end - start > 4300)
        {
            throw Failure("an integer has more than 4300 digits");
        }

        BigInteger value = 0;
        for (int i = radix == 10 ? start : start + 2; i < end; i++)
        {
            if (source[i] != '_')
            {
                value = value * radix + DigitValue(source[i]);
            }
        }

        _tokens.Add(new Token(TokenKind.Integer, source[start..end], _line, value));
        _position = end;
    }

    private static int DigitValue(char c) => char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;

    private int Digits(int at, Func<char, bool> isDigit)
    {
        while (at < _source.Length && (isDigit(_source[at]) || (_source[at] == '_' && at + 1 < _source.Length && isDigit(_source[at + 1]))))
        {
            at++;
        }

        return at;
    }

    /// <summary>The end of a float whose whole part ends at <paramref name="at"/>, or 0 if there is none.</summary>
    private int FloatEnd(int at)
    {
        int end = at;
        bool isFloat = false;
        if (end + 1 < _source.Length && _source[end] == '.' && char.IsAsciiDigit(_source[end + 1]))
        {
            end = Digits(end + 1, char.IsAsciiDigit);
            isFloat = true;
        }

        if (end < _source.Length && _source[end] is 'e' or 'E')
        {
            int exponent = end + 1 < _source.Length && _source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (exponent < _source.Length && char.IsAsciiDigit(_source[exponent]))
            {
                return Digits(exponent, char.IsAsciiDigit);
            }
        }

        return isFloat ? end : 0;
    }

    private bool IsNameStart(int at) => _source[at] == '_' || Rune.TryGetRuneAt(_source, at, out Rune rune) && Rune.IsLetterOrDigit(rune);

    private void ReadName()
    {
        int start = _position;
        while (_position < _source.Length && (IsNameStart(_position) || IsMark(_position)))
        {
            _position += char.IsHighSurrogate(_source[_position]) ? 2 : 1;
        }

        _tokens.Add(new Token(TokenKind.Name, _source[start.._position], _line));
    }

    private bool IsMark(int at) => CharUnicodeInfo.GetUnicodeCategory(_source, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private void ReadString(char quote)
    {
        int end = _position + 1;
        while (end < _source.Length && _source[end] != quote)
        {
            end += _source[end] == '\\' ? 2 : 1;
        }

        if (end >= _source.Length)
        {
            throw Failure("a string is not closed");
        }

        ReadOnlySpan<char> body = _source.AsSpan(_position + 1, end - _position - 1);
        _tokens.Add(new Token(TokenKind.String, StringEscapes.Unescape(body, _line), _line));
        _line += body.Count('\n');
        _position = end + 1;
    }

    private void ReadOperator(char c)
    {
        string text = _position + 1 < _source.Length && _source.AsSpan(_position, 2) is "**" or "//" or "==" or "!=" or "<=" or ">="
            ? _source.Substring(_position, 2)
            : c.ToString();
        if (text.Length == 1 && !"+-/*%~[](){}><=.:|,;".Contains(c, StringComparison.Ordinal))
        {
            throw Failure($"unexpected character '{c}'");
        }

        switch (c)
        {
            case '{':
                _brackets.Push('}');
                break;
            case '(':
                _brackets.Push(')');
                break;
            case '[':
                _brackets.Push(']');
                break;
            case '}' or ')' or ']':
                if (!_brackets.TryPop(out char expected) || expected != c)
                {
                    throw Failure(expected == '\0' ? $"unexpected '{c}'" : $"unexpected '{c}', expected '{expected}'");
                }

                break;
        }

        _tokens.Add(new Token(TokenKind.Operator, text, _line));
        _position += text.Length;
    }

    private JinjaSyntaxException Failure(string message) => new(message, _line);
}
