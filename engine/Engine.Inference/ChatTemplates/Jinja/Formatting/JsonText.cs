using System.Globalization;
using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Formatting;

/// <summary>
/// Python's <c>json.dumps</c>, as transformers' <c>tojson</c> calls it: no HTML escaping, and characters beyond ASCII as they are unless asked.
/// Characters of strings keep their labels, what stands between them is template, numbers and constants are content.
/// </summary>
internal sealed class JsonText(TextBuilder output, bool escapesNonAscii, string? indent, string itemSeparator, string keySeparator, bool sortsKeys)
{
    public void Write(Value value, int depth = 0)
    {
        output.Budget.Step();
        if (depth > RenderLimits.ValueDepth)
        {
            throw JinjaException.Budget("a value is nested too deeply for tojson");
        }

        switch (value)
        {
            case StringValue text:
                WriteString(text);
                break;
            case NoneValue:
                output.Append("null", isContent: true);
                break;
            case BooleanValue boolean:
                output.Append(boolean.Boolean ? "true" : "false", isContent: true);
                break;
            case IntegerValue or FloatValue:
                output.Append(NumberText(value), isContent: true);
                break;
            case SequenceValue sequence:
                WriteList(sequence, depth);
                break;
            case DictValue dict:
                WriteDict(dict, depth);
                break;
            default:
                throw JinjaException.Type($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    private static string NumberText(Value value)
    {
        if (value.TryInteger(out BigInteger integer))
        {
            return integer.ToString(CultureInfo.InvariantCulture);
        }

        value.TryFloat(out double number);
        return double.IsFinite(number) ? PythonFloat.Repr(number) : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
    }

    private void WriteList(SequenceValue sequence, int depth)
    {
        if (sequence.Items.Count == 0)
        {
            output.Append("[]");
            return;
        }

        output.Append('[');
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            Separate(i > 0, depth + 1);
            Write(sequence.Items[i], depth + 1);
        }

        NewLine(depth);
        output.Append(']');
    }

    private void WriteDict(DictValue dict, int depth)
    {
        if (dict.Entries.Count == 0)
        {
            output.Append("{}");
            return;
        }

        List<KeyValuePair<Value, Value>> entries = [.. dict.Entries];
        if (sortsKeys)
        {
            Operators.Sort(entries, entry => entry.Key, descending: false, output.Budget);
        }

        output.Append('{');
        for (int i = 0; i < entries.Count; i++)
        {
            Separate(i > 0, depth + 1);
            WriteKey(entries[i].Key);
            output.Append(keySeparator);
            Write(entries[i].Value, depth + 1);
        }

        NewLine(depth);
        output.Append('}');
    }

    private void WriteKey(Value key)
    {
        if (key is StringValue text)
        {
            WriteString(text);
            return;
        }

        if (key is not (NoneValue or BooleanValue or IntegerValue or FloatValue))
        {
            throw JinjaException.Type($"keys must be str, int, float, bool or None, not {key.TypeName}");
        }

        output.Append('"');
        Write(key);
        output.Append('"');
    }

    private void Separate(bool isFollowing, int depth)
    {
        if (isFollowing)
        {
            output.Append(itemSeparator);
        }

        NewLine(depth);
    }

    private void NewLine(int depth)
    {
        if (indent is null)
        {
            return;
        }

        output.Append('\n');
        for (int i = 0; i < depth; i++)
        {
            output.Append(indent);
        }
    }

    private void WriteString(StringValue value)
    {
        string text = value.Text;
        output.Append('"');
        int from = 0;
        for (int i = 0; i < text.Length; i++)
        {
            string? escape = Escape(text[i]);
            if (escape is null)
            {
                continue;
            }

            output.Append(value, from, i - from);
            output.Append(escape, value.IsContentAt(i, i + 1));
            from = i + 1;
        }

        output.Append(value, from, text.Length - from);
        output.Append('"');
    }

    private string? Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\f' => "\\f",
        '\b' => "\\b",
        < ' ' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
        > '~' when escapesNonAscii && c != '\u007f' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
        _ => null,
    };
}
