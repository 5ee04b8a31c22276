using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Formatting;

/// <summary>Python's <c>pprint.pformat</c>: on one line where it fits in 80 columns, else an element a line, dictionaries sorted by key.</summary>
internal sealed class PrettyPrinter(RenderBudget budget)
{
    private const int Width = 80;

    private readonly TextBuilder _output = new(budget);

    public StringValue Print(Value value)
    {
        Write(value, 0, 0, 0);
        return _output.ToValue();
    }

    private void Write(Value value, int indent, int allowance, int depth)
    {
        if (depth > RenderLimits.ValueDepth)
        {
            throw JinjaException.Budget("a value is nested too deeply for pprint");
        }

        StringValue line = OneLine(value);
        if (line.CodePoints <= Width - indent - allowance)
        {
            _output.Append(line);
            return;
        }

        switch (value)
        {
            case DictValue dict when dict.Entries.Count > 0:
                WriteDict(dict, indent, allowance, depth);
                break;
            case SequenceValue sequence:
                WriteSequence(sequence, indent, allowance, depth);
                break;
            default:
                _output.Append(line);
                break;
        }
    }

    private StringValue OneLine(Value value)
    {
        TextBuilder builder = new(budget);
        Sorted(value, 0).WriteRepr(builder, 0);
        return builder.ToValue();
    }

    private Value Sorted(Value value, int depth)
    {
        if (depth > RenderLimits.ValueDepth)
        {
            return value;
        }

        budget.Elements(value.Length ?? 0);
        return value switch
        {
            DictValue dict => new DictValue(new OrderedDictionary<Value, Value>(
                Entries(dict).Select(entry => new KeyValuePair<Value, Value>(entry.Key, Sorted(entry.Value, depth + 1))))),
            SequenceValue sequence => sequence.With([.. sequence.Items.Select(item => Sorted(item, depth + 1))]),
            _ => value,
        };
    }

    private List<KeyValuePair<Value, Value>> Entries(DictValue dict)
    {
        List<KeyValuePair<Value, Value>> entries = [.. dict.Entries];
        if (entries.TrueForAll(entry => entry.Key is StringValue))
        {
            Operators.Sort(entries, entry => entry.Key, descending: false, budget);
        }

        return entries;
    }

    private void WriteDict(DictValue dict, int indent, int allowance, int depth)
    {
        List<KeyValuePair<Value, Value>> entries = Entries(dict);
        _output.Append('{');
        for (int i = 0; i < entries.Count; i++)
        {
            Separate(i, indent + 1);
            StringValue key = OneLine(entries[i].Key);
            _output.Append(key);
            _output.Append(": ");
            Write(entries[i].Value, indent + key.CodePoints + 3, i == entries.Count - 1 ? allowance + 1 : 1, depth + 1);
        }

        _output.Append('}');
    }

    private void WriteSequence(SequenceValue sequence, int indent, int allowance, int depth)
    {
        bool isTuple = sequence is not ListValue;
        _output.Append(isTuple ? '(' : '[');
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            Separate(i, indent + 1);
            Write(sequence.Items[i], indent + 1, i == sequence.Items.Count - 1 ? allowance + 1 : 1, depth + 1);
        }

        _output.Append(!isTuple ? "]" : sequence.Items.Count == 1 ? ",)" : ")");
    }

    private void Separate(int index, int indent)
    {
        if (index > 0)
        {
            _output.Append(",\n" + new string(' ', indent));
        }
    }
}
