using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>The arguments of a call, filter or test.</summary>
internal sealed class Arguments(IReadOnlyList<Value> positional, IReadOnlyList<KeyValuePair<StringValue, Value>> named)
{
    public static Arguments None { get; } = new([], []);

    public IReadOnlyList<Value> Positional { get; } = positional;

    public IReadOnlyList<KeyValuePair<StringValue, Value>> Named { get; } = named;

    public int Count => Positional.Count + Named.Count;

    public static Arguments Of(params Value[] values) => new(values, []);

    /// <summary>
    /// Puts the arguments at the places of a signature; an argument that is not given is <see langword="null"/>. The first
    /// <paramref name="required"/> must be given.
    /// </summary>
    public Value?[] Bind(string function, int required, params ReadOnlySpan<string> names)
    {
        if (Positional.Count > names.Length)
        {
            throw JinjaException.Type($"{function}() takes at most {names.Length} arguments, {Positional.Count} were given");
        }

        Value?[] bound = new Value?[names.Length];
        for (int i = 0; i < Positional.Count; i++)
        {
            bound[i] = Positional[i];
        }

        foreach ((StringValue name, Value value) in Named)
        {
            int place = names.IndexOf(name.Text);
            if (place < 0)
            {
                throw JinjaException.Type($"{function}() got an unexpected keyword argument '{name.Text}'");
            }

            if (bound[place] is not null)
            {
                throw JinjaException.Type($"{function}() got several values for argument '{name.Text}'");
            }

            bound[place] = value;
        }

        for (int i = 0; i < required; i++)
        {
            if (bound[i] is null)
            {
                throw JinjaException.Type($"{function}() misses its argument '{names[i]}'");
            }
        }

        return bound;
    }

    /// <summary>Binds to a signature that takes no arguments by name.</summary>
    public Value?[] BindPositional(string function, int required, int most)
    {
        if (Named.Count > 0)
        {
            throw JinjaException.Type($"{function}() takes no keyword arguments");
        }

        if (Positional.Count < required || Positional.Count > most)
        {
            throw JinjaException.Type($"{function}() takes {(required == most ? $"{required}" : $"{required} to {most}")} arguments, {Positional.Count} were given");
        }

        Value?[] bound = new Value?[most];
        for (int i = 0; i < Positional.Count; i++)
        {
            bound[i] = Positional[i];
        }

        return bound;
    }

    /// <summary>The arguments behind the first <paramref name="count"/> positional ones.</summary>
    public Arguments Skip(int count) => new([.. Positional.Skip(count)], Named);

    public Arguments Prepend(Value value) => new([value, .. Positional], Named);

    /// <summary>A Python integer small enough for an index or a count, clamped to what an <see cref="int"/> holds.</summary>
    public static int ToInt(Value value, string what)
    {
        if (!value.TryInteger(out BigInteger integer))
        {
            throw value is UndefinedValue undefined
                ? undefined.Failure()
                : JinjaException.Type($"{what} must be an integer, not '{value.TypeName}'");
        }

        return (int)BigInteger.Clamp(integer, int.MinValue, int.MaxValue);
    }

    public static StringValue ToText(Value value, string what) => value as StringValue
        ?? throw (value is UndefinedValue undefined ? undefined.Failure() : JinjaException.Type($"{what} must be a string, not '{value.TypeName}'"));
}
