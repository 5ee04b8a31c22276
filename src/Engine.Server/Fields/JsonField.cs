using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Server.Errors;

namespace Engine.Server.Fields;

/// <summary>
/// A value of a request's body that knows where it stands, so that every complaint about it can name the place. Its readers take what the
/// API's documentation allows and nothing else; numbers are exact (5.0 is the integer 5, 5.5 is none).
/// </summary>
/// <param name="Value">The value.</param>
/// <param name="Name">Its name in the object it belongs to; empty for an item of a list and for the body.</param>
/// <param name="Path">Its place in the body, as in <c>messages[2].content</c>; empty for the body.</param>
/// <param name="Reported">Collects what has no effect.</param>
internal readonly record struct JsonField(JsonElement Value, string Name, string Path, FieldReport Reported)
{
    private const int MaxNameLength = 100;

    public JsonValueKind Kind => Value.ValueKind;

    /// <summary>Notes that the value has no effect.</summary>
    public void Report() => Reported.Add(Path);

    /// <summary>A string.</summary>
    public string Text(int maxLength = int.MaxValue)
    {
        if (Kind != JsonValueKind.String)
        {
            throw WrongType("a string");
        }

        string text = Value.GetString()!;
        return text.Length <= maxLength
            ? text
            : throw Invalid($"'{Path}' has {text.Length} characters; at most {maxLength} are allowed.", "string_above_max_length");
    }

    /// <summary>One of a few strings.</summary>
    public string OneOf(params ReadOnlySpan<string> choices)
    {
        string text = Text();
        return choices.Contains(text) ? text : throw Invalid($"'{Path}' must be one of {string.Join(", ", choices.ToArray().Select(choice => $"'{choice}'"))}.");
    }

    public bool Flag() => Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongType("a boolean"),
    };

    /// <summary>A finite number within bounds, both included.</summary>
    public double Number(double min, double max)
    {
        if (Kind != JsonValueKind.Number)
        {
            throw WrongType("a number");
        }

        if (!Value.TryGetDouble(out double number) || !double.IsFinite(number))
        {
            throw Invalid($"'{Path}' is beyond the range of numbers.");
        }

        return number < min ? throw Below(min) : number > max ? throw Above(max) : number;
    }

    /// <summary>A whole number within bounds, both included. May be written as <c>5.0</c> or <c>5e0</c>.</summary>
    public long Integer(long min, long max)
    {
        if (Kind != JsonValueKind.Number)
        {
            throw WrongType("an integer");
        }

        if (!Value.TryGetInt64(out long integer))
        {
            if (!Value.TryGetDouble(out double number) || !double.IsFinite(number))
            {
                throw Invalid($"'{Path}' is beyond the range of numbers.");
            }

            if (number != Math.Floor(number))
            {
                throw WrongType("an integer", "a number with a fraction");
            }

            if (Math.Abs(number) >= 9.2e18)
            {
                throw number < 0 ? Below(min) : Above(max);
            }

            integer = (long)number;
        }

        return integer < min ? throw Below(min) : integer > max ? throw Above(max) : integer;
    }

    /// <summary>A 32-bit whole number within bounds, both included.</summary>
    public int Count(int min, int max = int.MaxValue) => (int)Integer(min, max);

    /// <summary>The items of a list.</summary>
    public IEnumerable<JsonField> Items(int maxCount)
    {
        if (Kind != JsonValueKind.Array)
        {
            throw WrongType("an array");
        }

        int count = Value.GetArrayLength();
        if (count > maxCount)
        {
            throw Invalid($"'{Path}' has {count} items; at most {maxCount} are allowed.", "array_above_max_length");
        }

        return Enumerate(this);

        static IEnumerable<JsonField> Enumerate(JsonField list)
        {
            int index = 0;
            foreach (JsonElement item in list.Value.EnumerateArray())
            {
                yield return new JsonField(item, "", $"{list.Path}[{index++}]", list.Reported);
            }
        }
    }

    /// <summary>The members of an object.</summary>
    public IEnumerable<JsonField> Members()
    {
        if (Kind != JsonValueKind.Object)
        {
            throw WrongType("an object");
        }

        return Enumerate(this);

        static IEnumerable<JsonField> Enumerate(JsonField parent)
        {
            foreach (JsonProperty member in parent.Value.EnumerateObject())
            {
                yield return new JsonField(member.Value, member.Name, PathOf(parent.Path, member.Name), parent.Reported);
            }
        }
    }

    /// <summary>A free-form object, as nodes of its own that outlive the body.</summary>
    public JsonObject ToNode() => Kind == JsonValueKind.Object ? JsonObject.Create(Value.Clone())! : throw WrongType("an object");

    /// <summary>The place of a member. Names come from the caller, so their length in messages is limited.</summary>
    public static string PathOf(string parent, string name)
    {
        string shown = name.Length > MaxNameLength ? name[..MaxNameLength] + "…" : name;
        return parent.Length == 0 ? shown : $"{parent}.{shown}";
    }

    public OpenAIException Invalid(string message, string code = ErrorCodes.InvalidValue) => OpenAIException.Invalid(Path, message, code);

    public OpenAIException Unsupported(string reason) => OpenAIException.Unsupported(Path, $"'{Path}' is not supported: {reason}");

    public OpenAIException WrongType(string expected, string? actual = null) =>
        OpenAIException.Invalid(
            Path.Length == 0 ? null : Path,
            $"Invalid type for {(Path.Length == 0 ? "the body" : $"'{Path}'")}: expected {expected}, but got {actual ?? Describe()} instead.",
            ErrorCodes.InvalidType);

    private OpenAIException Below(double min) =>
        Invalid(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"'{Path}' must be at least {min}."), "below_min_value");

    private OpenAIException Above(double max) =>
        Invalid(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"'{Path}' must be at most {max}."), "above_max_value");

    private string Describe() => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => JsonMarshal.GetRawUtf8Value(Value).IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 ? "an integer" : "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}
