using System.Numerics;
using System.Text;
using Engine.Inference.ChatTemplates.Jinja.Formatting;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>The methods of <c>str</c>. Results keep the labels of the characters they are made of.</summary>
internal static class StringMethods
{
    private delegate Value Method(StringValue text, RenderContext context, Arguments arguments);

    private static readonly Dictionary<string, Method> Table = new(StringComparer.Ordinal)
    {
        ["capitalize"] = (text, context, arguments) => StringCase.Capitalize(None(text, "capitalize", arguments), context.Budget),
        ["casefold"] = (text, context, arguments) => StringCase.Fold(None(text, "casefold", arguments), context.Budget),
        ["center"] = (text, context, arguments) => Pad(text, context, arguments, "center"),
        ["count"] = Count,
        ["endswith"] = (text, _, arguments) => Affix(text, arguments, "endswith"),
        ["expandtabs"] = ExpandTabs,
        ["find"] = (text, context, arguments) => IntegerValue.Of(Find(text, context, arguments, "find", fromEnd: false)),
        ["format"] = (text, context, arguments) => BraceFormat.Apply(text, arguments, context),
        ["format_map"] = (text, context, arguments) => BraceFormat.ApplyMap(text, arguments.BindPositional("format_map", 1, 1)[0]!, context),
        ["index"] = (text, context, arguments) => FoundOrThrow(Find(text, context, arguments, "index", fromEnd: false)),
        ["isalnum"] = (text, _, _) => All(text, rune => StringClasses.IsAlphabetic(rune) || StringClasses.IsNumeric(rune)),
        ["isalpha"] = (text, _, _) => All(text, StringClasses.IsAlphabetic),
        ["isascii"] = (text, _, _) => BooleanValue.Of(Ascii.IsValid(text.Text)),
        ["isdecimal"] = (text, _, _) => All(text, StringClasses.IsDecimal),
        ["isdigit"] = (text, _, _) => All(text, StringClasses.IsDigit),
        ["isidentifier"] = (text, _, _) => BooleanValue.Of(StringClasses.IsIdentifier(text.Text)),
        ["islower"] = (text, _, _) => BooleanValue.Of(StringCase.IsLower(text.Text)),
        ["isnumeric"] = (text, _, _) => All(text, StringClasses.IsNumeric),
        ["isprintable"] = (text, _, _) => BooleanValue.Of(text.Text.EnumerateRunes().All(PythonText.IsPrintable)),
        ["isspace"] = (text, _, _) => BooleanValue.Of(text.Text.Length > 0 && text.Text.All(PythonText.IsSpace)),
        ["istitle"] = (text, _, _) => BooleanValue.Of(StringCase.IsTitle(text.Text)),
        ["isupper"] = (text, _, _) => BooleanValue.Of(StringCase.IsUpper(text.Text)),
        ["join"] = (text, context, arguments) => Join(text, arguments.BindPositional("join", 1, 1)[0]!, context),
        ["ljust"] = (text, context, arguments) => Pad(text, context, arguments, "ljust"),
        ["lower"] = (text, context, arguments) => StringCase.Lower(None(text, "lower", arguments), context.Budget),
        ["lstrip"] = (text, context, arguments) => Strip(text, StripCharacters(arguments, "lstrip"), true, false, context.Budget),
        ["maketrans"] = (_, context, arguments) => StringTranslation.MakeTable(arguments, context.Budget),
        ["partition"] = (text, context, arguments) => Partition(text, context, arguments, "partition", fromEnd: false),
        ["removeprefix"] = RemovePrefix,
        ["removesuffix"] = RemoveSuffix,
        ["replace"] = Replace,
        ["rfind"] = (text, context, arguments) => IntegerValue.Of(Find(text, context, arguments, "rfind", fromEnd: true)),
        ["rindex"] = (text, context, arguments) => FoundOrThrow(Find(text, context, arguments, "rindex", fromEnd: true)),
        ["rjust"] = (text, context, arguments) => Pad(text, context, arguments, "rjust"),
        ["rpartition"] = (text, context, arguments) => Partition(text, context, arguments, "rpartition", fromEnd: true),
        ["rsplit"] = (text, context, arguments) => Split(text, context, arguments, "rsplit"),
        ["rstrip"] = (text, context, arguments) => Strip(text, StripCharacters(arguments, "rstrip"), false, true, context.Budget),
        ["split"] = (text, context, arguments) => Split(text, context, arguments, "split"),
        ["splitlines"] = SplitLines,
        ["startswith"] = (text, _, arguments) => Affix(text, arguments, "startswith"),
        ["strip"] = (text, context, arguments) => Strip(text, StripCharacters(arguments, "strip"), true, true, context.Budget),
        ["swapcase"] = (text, context, arguments) => StringCase.Swap(None(text, "swapcase", arguments), context.Budget),
        ["title"] = (text, context, arguments) => StringCase.Title(None(text, "title", arguments), context.Budget),
        ["translate"] = (text, context, arguments) => StringTranslation.Apply(text, arguments.BindPositional("translate", 1, 1)[0]!, context.Budget),
        ["upper"] = (text, context, arguments) => StringCase.Upper(None(text, "upper", arguments), context.Budget),
        ["zfill"] = ZeroFill,
    };

    public static Value? Find(StringValue text, string name) => Table.TryGetValue(name, out Method? method)
        ? new MethodValue(name, (context, arguments) =>
        {
            context.Budget.Scan(text.Text.Length);
            Value result = method(text, context, arguments);
            return text is MarkupValue && result is StringValue and not MarkupValue ? MarkupValue.Of((StringValue)result) : result;
        })
        : name == "encode" ? UndefinedValue.OfHint("bytes are not supported: 'encode' is not available") : null;

    /// <summary>Takes characters of a set off the ends; <see langword="null"/>: white space.</summary>
    public static StringValue Strip(StringValue text, string? characters, bool atStart, bool atEnd, RenderBudget budget)
    {
        string source = text.Text;
        int start = 0;
        int end = source.Length;
        while (atStart && start < end && IsIn(source, start, characters))
        {
            start += PythonText.CharacterLength(source, start);
        }

        while (atEnd && end > start)
        {
            int last = end - 1 > start && char.IsLowSurrogate(source[end - 1]) && char.IsHighSurrogate(source[end - 2]) ? end - 2 : end - 1;
            if (!IsIn(source, last, characters))
            {
                break;
            }

            end = last;
        }

        budget.Scan((long)(source.Length - (end - start)) * ((characters?.Length ?? 1) + 1));
        return text.Slice(start, end - start, budget);
    }

    public static StringValue Join(StringValue separator, Value items, RenderContext context)
    {
        TextBuilder builder = new(context.Budget);
        int index = 0;
        foreach (Value item in items.Iterate(context.Budget))
        {
            context.Budget.Step();
            if (item is not StringValue text)
            {
                throw item is UndefinedValue undefined
                    ? undefined.Failure()
                    : JinjaException.Type($"sequence item {index}: expected str instance, {item.TypeName} found");
            }

            if (index++ > 0)
            {
                builder.Append(separator);
            }

            builder.Append(text);
        }

        return builder.ToValue();
    }

    /// <summary>
    /// Replaces up to <paramref name="count"/> places. A replacement without labels becomes content where the stretch it replaces held any.
    /// </summary>
    public static StringValue Replace(StringValue text, StringValue old, StringValue replacement, int count, RenderBudget budget)
    {
        budget.Scan(text.Text.Length);
        if (count == 0 || (old.Text.Length > 0 && !text.Text.Contains(old.Text, StringComparison.Ordinal)))
        {
            return text;
        }

        TextBuilder builder = new(budget);
        int from = 0;
        int at = 0;
        for (int done = 0; count < 0 || done < count; done++)
        {
            int found = old.Text.Length > 0 ? text.Text.IndexOf(old.Text, at, StringComparison.Ordinal) : at <= text.Text.Length ? at : -1;
            if (found < 0)
            {
                break;
            }

            budget.Step();
            builder.Append(text, from, found - from);
            AppendReplacement(builder, replacement, text.IsContentAt(found, found + old.Text.Length) || (old.Text.Length == 0 && text.Content?.IsEverything == true));
            from = found + old.Text.Length;
            at = old.Text.Length > 0 ? from : found < text.Text.Length ? found + PythonText.CharacterLength(text.Text, found) : text.Text.Length + 1;
        }

        builder.Append(text, from, text.Text.Length - from);
        return builder.ToValue();
    }

    private static void AppendReplacement(TextBuilder builder, StringValue replacement, bool replacesContent)
    {
        if (replacement.HasContent)
        {
            builder.Append(replacement);
        }
        else
        {
            builder.Append(replacement.Text, replacesContent);
        }
    }

    private static bool IsIn(string source, int at, string? characters)
    {
        if (characters is null)
        {
            return PythonText.IsSpace(source[at]);
        }

        int length = PythonText.CharacterLength(source, at);
        return length == 1 ? characters.Contains(source[at], StringComparison.Ordinal) : characters.AsSpan().IndexOf(source.AsSpan(at, length)) >= 0;
    }

    private static StringValue None(StringValue text, string name, Arguments arguments)
    {
        arguments.BindPositional(name, 0, 0);
        return text;
    }

    private static string? StripCharacters(Arguments arguments, string name)
    {
        Value? characters = arguments.BindPositional(name, 0, 1)[0];
        return characters is null or NoneValue ? null : Arguments.ToText(characters, "strip arg").Text;
    }

    private static BooleanValue All(StringValue text, Func<Rune, bool> test) => BooleanValue.Of(text.Text.Length > 0 && text.Text.EnumerateRunes().All(test));

    /// <summary>Optional start and end of a search, as UTF-16 places; <see langword="null"/> where start lies behind the end.</summary>
    private static (int Start, int End)? Window(StringValue text, Value? start, Value? end)
    {
        int count = text.CodePoints;
        int Bound(Value? value, int otherwise)
        {
            if (value is null or NoneValue)
            {
                return otherwise;
            }

            BigInteger at = Arguments.ToInt(value, "a slice index");
            return at > count && otherwise == 0 ? count + 1 : (int)BigInteger.Clamp(at < 0 ? at + count : at, 0, count);
        }

        int first = Bound(start, 0);
        int last = Bound(end, count);
        return first > last ? null : (text.PlaceOf(first), text.PlaceOf(last));
    }

    private static BooleanValue Affix(StringValue text, Arguments arguments, string name)
    {
        Value?[] bound = arguments.BindPositional(name, 1, 3);
        IReadOnlyList<Value> candidates = bound[0] is TupleValue tuple ? tuple.Items : [bound[0]!];
        (int Start, int End)? window = Window(text, bound[1], bound[2]);
        foreach (Value candidate in candidates)
        {
            string affix = Arguments.ToText(candidate, $"{name} first arg").Text;
            if (window is not { } place)
            {
                continue;
            }

            ReadOnlySpan<char> stretch = text.Text.AsSpan(place.Start, place.End - place.Start);
            if (name == "startswith" ? stretch.StartsWith(affix, StringComparison.Ordinal) : stretch.EndsWith(affix, StringComparison.Ordinal))
            {
                return BooleanValue.True;
            }
        }

        return BooleanValue.False;
    }

    private static BigInteger Find(StringValue text, RenderContext context, Arguments arguments, string name, bool fromEnd)
    {
        Value?[] bound = arguments.BindPositional(name, 1, 3);
        string sought = Arguments.ToText(bound[0]!, "the text to find").Text;
        if (Window(text, bound[1], bound[2]) is not { } window)
        {
            return -1;
        }

        context.Budget.Scan(window.End - window.Start);
        ReadOnlySpan<char> stretch = text.Text.AsSpan(window.Start, window.End - window.Start);
        int at = fromEnd ? stretch.LastIndexOf(sought, StringComparison.Ordinal) : stretch.IndexOf(sought, StringComparison.Ordinal);
        return at < 0 ? -1 : PythonText.CodePointCount(text.Text[..(window.Start + at)]);
    }

    private static IntegerValue FoundOrThrow(BigInteger index) => index < 0 ? throw JinjaException.Value("substring not found") : IntegerValue.Of(index);

    private static IntegerValue Count(StringValue text, RenderContext context, Arguments arguments)
    {
        Value?[] bound = arguments.BindPositional("count", 1, 3);
        string sought = Arguments.ToText(bound[0]!, "the text to count").Text;
        if (Window(text, bound[1], bound[2]) is not { } window)
        {
            return IntegerValue.Of(0);
        }

        ReadOnlySpan<char> stretch = text.Text.AsSpan(window.Start, window.End - window.Start);
        return IntegerValue.Of(sought.Length == 0 ? PythonText.CodePointCount(stretch.ToString()) + 1 : stretch.Count(sought));
    }

    private static TupleValue Partition(StringValue text, RenderContext context, Arguments arguments, string name, bool fromEnd)
    {
        StringValue separator = Arguments.ToText(arguments.BindPositional(name, 1, 1)[0]!, "the separator");
        CheckSeparator(separator);
        int at = fromEnd ? text.Text.LastIndexOf(separator.Text, StringComparison.Ordinal) : text.Text.IndexOf(separator.Text, StringComparison.Ordinal);
        if (at < 0)
        {
            return new TupleValue(fromEnd ? [StringValue.Empty, StringValue.Empty, text] : [text, StringValue.Empty, StringValue.Empty]);
        }

        int end = at + separator.Text.Length;
        RenderBudget budget = context.Budget;
        return new TupleValue([text.Slice(0, at, budget), text.Slice(at, end - at, budget), text.Slice(end, text.Text.Length - end, budget)]);
    }

    private static void CheckSeparator(StringValue separator)
    {
        if (separator.Text.Length == 0)
        {
            throw JinjaException.Value("empty separator");
        }
    }

    private static StringValue RemovePrefix(StringValue text, RenderContext context, Arguments arguments)
    {
        string prefix = Arguments.ToText(arguments.BindPositional("removeprefix", 1, 1)[0]!, "the prefix").Text;
        return text.Text.StartsWith(prefix, StringComparison.Ordinal) ? text.Slice(prefix.Length, text.Text.Length - prefix.Length, context.Budget) : text;
    }

    private static StringValue RemoveSuffix(StringValue text, RenderContext context, Arguments arguments)
    {
        string suffix = Arguments.ToText(arguments.BindPositional("removesuffix", 1, 1)[0]!, "the suffix").Text;
        return text.Text.EndsWith(suffix, StringComparison.Ordinal) ? text.Slice(0, text.Text.Length - suffix.Length, context.Budget) : text;
    }

    private static StringValue Replace(StringValue text, RenderContext context, Arguments arguments)
    {
        Value?[] bound = arguments.BindPositional("replace", 2, 3);
        int count = bound[2] is { } limit ? Arguments.ToInt(limit, "the count") : -1;
        return Replace(text, Arguments.ToText(bound[0]!, "replace() argument 1"), Arguments.ToText(bound[1]!, "replace() argument 2"), count, context.Budget);
    }

    private static ListValue Split(StringValue text, RenderContext context, Arguments arguments, string name)
    {
        Value?[] bound = arguments.Bind(name, 0, "sep", "maxsplit");
        int limit = bound[1] is { } most ? Arguments.ToInt(most, "maxsplit") : -1;
        limit = limit < 0 ? int.MaxValue : limit;
        if (bound[0] is null or NoneValue)
        {
            return new ListValue(name == "split" ? StringSplitting.OnWhiteSpace(text, limit, context.Budget) : StringSplitting.OnWhiteSpaceFromEnd(text, limit, context.Budget));
        }

        StringValue separator = Arguments.ToText(bound[0]!, "the separator");
        CheckSeparator(separator);
        return new ListValue(name == "split"
            ? StringSplitting.OnSeparator(text, separator.Text, limit, context.Budget)
            : StringSplitting.OnSeparatorFromEnd(text, separator.Text, limit, context.Budget));
    }

    private static ListValue SplitLines(StringValue text, RenderContext context, Arguments arguments) =>
        new(StringSplitting.Lines(text, arguments.Bind("splitlines", 0, "keepends")[0]?.IsTrue ?? false, context.Budget));

    private static StringValue Pad(StringValue text, RenderContext context, Arguments arguments, string name)
    {
        Value?[] bound = arguments.BindPositional(name, 1, 2);
        int width = Arguments.ToInt(bound[0]!, "the width");
        StringValue fill = bound[1] is { } given ? Arguments.ToText(given, "the fill character") : new StringValue(" ");
        if (fill.CodePoints != 1)
        {
            throw JinjaException.Type("The fill character must be exactly one character long");
        }

        long missing = Math.Max(0, (long)width - text.CodePoints);
        // CPython puts the odd blank of center() on the left when the width is odd.
        long left = name switch { "ljust" => 0, "rjust" => missing, _ => missing / 2 + (missing & width & 1) };
        return Padded(text, fill, left, missing - left, context.Budget);
    }

    private static StringValue Padded(StringValue text, StringValue fill, long left, long right, RenderBudget budget)
    {
        budget.Characters((left + right) * fill.Text.Length);
        TextBuilder builder = new(budget);
        for (long i = 0; i < left; i++)
        {
            builder.Append(fill);
        }

        builder.Append(text);
        for (long i = 0; i < right; i++)
        {
            builder.Append(fill);
        }

        return builder.ToValue();
    }

    private static StringValue ZeroFill(StringValue text, RenderContext context, Arguments arguments)
    {
        int width = Arguments.ToInt(arguments.BindPositional("zfill", 1, 1)[0]!, "the width");
        long missing = Math.Max(0, (long)width - text.CodePoints);
        int sign = text.Text.Length > 0 && text.Text[0] is '+' or '-' ? 1 : 0;
        StringValue padded = Padded(text.Slice(sign, text.Text.Length - sign, context.Budget), new StringValue("0"), missing, 0, context.Budget);
        return Arithmetic.Concatenate(text.Slice(0, sign, context.Budget), padded, context.Budget);
    }

    private static StringValue ExpandTabs(StringValue text, RenderContext context, Arguments arguments)
    {
        int size = arguments.Bind("expandtabs", 0, "tabsize")[0] is { } given ? Arguments.ToInt(given, "the tab size") : 8;
        TextBuilder builder = new(context.Budget);
        int column = 0;
        for (int i = 0; i < text.Text.Length; i++)
        {
            if (text.Text[i] == '\t')
            {
                int blanks = size > 0 ? size - column % size : 0;
                context.Budget.Characters(blanks);
                builder.Append(new string(' ', blanks), text.IsContentAt(i, i + 1));
                column += blanks;
                continue;
            }

            builder.Append(text, i, 1);
            column = text.Text[i] is '\n' or '\r' ? 0 : char.IsLowSurrogate(text.Text[i]) ? column : column + 1;
        }

        return builder.ToValue();
    }
}
