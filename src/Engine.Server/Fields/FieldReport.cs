using System.Text;
using Engine.Server.Errors;

namespace Engine.Server.Fields;

/// <summary>The fields of one request that were accepted without effect.</summary>
internal sealed class FieldReport
{
    /// <summary>Headers are short: what does not fit is counted.</summary>
    private const int MaxHeaderLength = 1024;

    private readonly List<string> _fields = [];

    public IReadOnlyList<string> Fields => _fields;

    public void Add(string path) => _fields.Add(path);

    /// <summary>In strict mode, what would be reported is refused.</summary>
    /// <exception cref="OpenAIException">A field was reported.</exception>
    public void RefuseAll()
    {
        if (_fields.Count > 0)
        {
            throw OpenAIException.Unsupported(_fields[0], $"'{Printable(_fields[0])}' has no effect here, and strict mode (x-engine-strict) refuses such fields. Remove it.");
        }
    }

    /// <summary>The value of <c>x-engine-warnings</c>, or <see langword="null"/> for none: names of fields, then what the engine remarked.</summary>
    /// <param name="remarks">Sentences of the engine.</param>
    public string? ToHeader(IReadOnlyList<string> remarks)
    {
        StringBuilder header = new();
        int left = _fields.Count + remarks.Count;
        foreach (string entry in _fields.Concat(remarks))
        {
            string text = Printable(entry).Replace(',', ';');
            if (header.Length + text.Length > MaxHeaderLength)
            {
                header.Append(header.Length == 0 ? "" : ", ").Append(left).Append(" more");
                break;
            }

            header.Append(header.Length == 0 ? "" : ", ").Append(text);
            left--;
        }

        return header.Length == 0 ? null : header.ToString();
    }

    private static string Printable(string text) => string.Create(Math.Min(text.Length, 200), text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
        }
    });
}
