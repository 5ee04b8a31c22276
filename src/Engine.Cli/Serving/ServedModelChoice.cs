using System.Text.RegularExpressions;

namespace Engine.Cli.Serving;

/// <summary>A model to serve: <c>[ID=]FOLDER</c>.</summary>
/// <param name="Id">The name it is served under.</param>
/// <param name="Folder">Its folder.</param>
internal sealed partial record ServedModelChoice(string Id, string Folder)
{
    /// <summary>Reads a value of <c>--model</c>. A folder whose own name has an equals sign is taken for what it is.</summary>
    public static ServedModelChoice Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && IdPattern().IsMatch(text.AsSpan(0, equals)) && !Directory.Exists(text)
            ? new ServedModelChoice(text[..equals], text[(equals + 1)..])
            : new ServedModelChoice(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(text))), text);
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
