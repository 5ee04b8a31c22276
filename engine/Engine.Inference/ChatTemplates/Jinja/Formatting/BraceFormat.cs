using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Formatting;

/// <summary>Python's <c>str.format</c>; its field access goes by the sandbox's rules.</summary>
internal sealed class BraceFormat(StringValue format, Func<string, Value?> byName, Func<int, Value?> byPlace, RenderContext context)
{
    private int _automatic;
    private bool? _isAutomatic;

    public static StringValue Apply(StringValue format, Arguments arguments, RenderContext context)
    {
        Value? ByName(string name)
        {
            foreach ((StringValue key, Value value) in arguments.Named)
            {
                if (key.Text == name)
                {
                    return value;
                }
            }

            return null;
        }

        return new BraceFormat(format, ByName, place => place < arguments.Positional.Count ? arguments.Positional[place] : null, context).Run();
    }

    public static StringValue ApplyMap(StringValue format, Value map, RenderContext context) =>
        new BraceFormat(format, name => map.Item(new StringValue(name), context.Budget), _ => null, context).Run();

    private StringValue Run()
    {
        TextBuilder output = new(context.Budget);
        Write(format, output, 2);
        return output.ToValue();
    }

    private void Write(StringValue template, TextBuilder output, int depth)
    {
        if (depth < 0)
        {
            throw JinjaException.Value("Max string recursion exceeded");
        }

        string text = template.Text;
        int at = 0;
        while (at < text.Length)
        {
            int brace = text.AsSpan(at).IndexOfAny('{', '}');
            if (brace < 0)
            {
                output.Append(template, at, text.Length - at);
                return;
            }

            output.Append(template, at, brace);
            at += brace;
            if (at + 1 < text.Length && text[at + 1] == text[at])
            {
                output.Append(template, at, 1);
                at += 2;
                continue;
            }

            if (text[at] == '}')
            {
                throw JinjaException.Value("Single '}' encountered in format string");
            }

            int end = FieldEnd(text, at + 1);
            WriteField(text[(at + 1)..end], output, depth);
            at = end + 1;
        }
    }

    private static int FieldEnd(string text, int at)
    {
        int depth = 1;
        for (; at < text.Length; at++)
        {
            depth += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return at;
            }
        }

        throw JinjaException.Value("expected '}' before end of string");
    }

    private void WriteField(string field, TextBuilder output, int depth)
    {
        context.Budget.Step();
        int bracket = 0;
        int nameEnd = 0;
        while (nameEnd < field.Length && (bracket > 0 || field[nameEnd] is not ('!' or ':')))
        {
            bracket += field[nameEnd] switch { '[' => 1, ']' => -1, _ => 0 };
            nameEnd++;
        }

        char conversion = '\0';
        int specStart = nameEnd;
        if (nameEnd < field.Length && field[nameEnd] == '!')
        {
            conversion = nameEnd + 1 < field.Length ? field[nameEnd + 1] : throw JinjaException.Value("end of string while looking for conversion specifier");
            specStart = nameEnd + 2;
        }

        Value value = Resolve(field[..nameEnd]);
        TextBuilder spec = new(context.Budget);
        if (specStart < field.Length)
        {
            Write(new StringValue(field[(specStart + 1)..]), spec, depth - 1);
        }

        if (conversion != '\0')
        {
            value = Convert(value, conversion);
        }

        StringValue text = spec.Length == 0 ? value as MarkupValue ?? value.ToText(context.Budget) : FormatSpec.Parse(spec.ToString()).Apply(value, context.Budget);
        output.Append(format is MarkupValue ? MarkupValue.Escape(text, context.Budget) : text);
    }

    private Value Convert(Value value, char conversion)
    {
        if (conversion == 's')
        {
            return value.ToText(context.Budget);
        }

        TextBuilder builder = new(context.Budget);
        value.WriteRepr(builder, 0);
        return conversion is 'r' or 'a' ? builder.ToValue() : throw JinjaException.Value($"Unknown conversion specifier '{conversion}'");
    }

    private Value Resolve(string name)
    {
        int end = name.AsSpan().IndexOfAny('.', '[');
        string first = end < 0 ? name : name[..end];
        Value value = First(first);
        int at = end < 0 ? name.Length : end;
        while (at < name.Length)
        {
            if (name[at] == '.')
            {
                int next = name.AsSpan(at + 1).IndexOfAny('.', '[');
                next = next < 0 ? name.Length : at + 1 + next;
                value = Members.Attribute(value, new StringValue(name[(at + 1)..next]), context.Budget);
                at = next;
                continue;
            }

            int close = name.IndexOf(']', at);
            if (name[at] != '[' || close < 0)
            {
                throw JinjaException.Value("Only '.' or '[' may follow ']' in format field specifier");
            }

            string key = name[(at + 1)..close];
            value = Members.Item(value, int.TryParse(key, out int index) ? IntegerValue.Of(index) : new StringValue(key), context.Budget);
            at = close + 1;
        }

        return value;
    }

    private Value First(string name)
    {
        bool isAutomatic = name.Length == 0;
        int place = 0;
        if (!isAutomatic && !int.TryParse(name, System.Globalization.NumberStyles.None, null, out place))
        {
            return byName(name) ?? throw JinjaException.Value($"KeyError: '{name}'");
        }

        if (_isAutomatic is { } before && before != isAutomatic)
        {
            throw JinjaException.Value("cannot switch between manual field specification and automatic field numbering");
        }

        _isAutomatic = isAutomatic;
        place = isAutomatic ? _automatic++ : place;
        return byPlace(place) ?? throw JinjaException.Value($"Replacement index {place} out of range for positional args tuple");
    }
}
