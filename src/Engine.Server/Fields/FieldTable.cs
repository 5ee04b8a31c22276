using System.Collections.Frozen;
using System.Text.Json;

namespace Engine.Server.Fields;

/// <summary>
/// The fields of a JSON object that is read into a <typeparamref name="TRequest"/>, and what is done with each. The mapper is driven by it and
/// <c>/v1/capabilities</c> prints it, so what the server says and what it does are one thing.
/// </summary>
internal sealed class FieldTable<TRequest>
{
    private readonly FrozenDictionary<string, Field<TRequest>> _fields;

    public FieldTable(params IEnumerable<Field<TRequest>> fields)
    {
        Fields = [.. fields];
        _fields = Fields.ToFrozenDictionary(field => field.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<Field<TRequest>> Fields { get; }

    /// <summary>Reads every member of an object; unknown ones are reported.</summary>
    /// <exception cref="Errors.OpenAIException">A member has a wrong type or value, or is refused.</exception>
    public void Read(JsonField source, TRequest target)
    {
        foreach (JsonField member in source.Members())
        {
            if (member.Kind == JsonValueKind.Null)
            {
                continue;
            }

            if (_fields.TryGetValue(member.Name, out Field<TRequest>? field))
            {
                field.Read(target, member);
            }
            else
            {
                member.Report();
            }
        }
    }
}

/// <summary>Makes rows of a <see cref="FieldTable{TRequest}"/>.</summary>
internal static class Field
{
    public static Field<T> Honoured<T>(string name, Action<T, JsonField> read) => new(name, FieldAnswer.Honoured, read);

    /// <param name="name">The field.</param>
    /// <param name="check">Checks the value's type all the same: a wrong type is a fault of the caller's even where the field has no effect.</param>
    public static Field<T> Reported<T>(string name, Action<JsonField> check) => new(name, FieldAnswer.Reported, (_, field) =>
    {
        check(field);
        field.Report();
    });

    /// <param name="name">The field.</param>
    /// <param name="reason">Ends the sentence "'name' is not supported: …".</param>
    /// <param name="neutral">Values that ask for nothing, and are taken as if the field were absent.</param>
    public static Field<T> Refused<T>(string name, string reason, Func<JsonField, bool>? neutral = null) => new(name, FieldAnswer.Refused, (_, field) =>
    {
        if (neutral is null || !neutral(field))
        {
            throw field.Unsupported(reason);
        }
    });
}
