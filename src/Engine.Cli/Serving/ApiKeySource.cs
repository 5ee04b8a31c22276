namespace Engine.Cli.Serving;

/// <summary>The keys that requests must carry one of: from a file, the environment, or the command line.</summary>
internal static class ApiKeySource
{
    /// <summary>Holds keys, with commas between. Other users of the machine see command lines, but not this.</summary>
    public const string Variable = "ENGINE_API_KEY";

    private const int MaxFileBytes = 1 << 20;

    /// <summary>All keys from all places.</summary>
    /// <param name="onCommandLine">Those of <c>--api-key</c>.</param>
    /// <param name="file">The one of <c>--api-key-file</c>: a key a line; blank lines and those that begin with # do not count.</param>
    /// <exception cref="CommandException">The file cannot be used, or a key is empty.</exception>
    public static IReadOnlyList<string> Read(IEnumerable<string> onCommandLine, string? file)
    {
        List<string> keys = [.. onCommandLine];
        if (keys.Any(string.IsNullOrWhiteSpace))
        {
            throw new CommandException("--api-key is empty; leave it out, or give a key.");
        }

        keys.AddRange((Environment.GetEnvironmentVariable(Variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (file is not null)
        {
            keys.AddRange(OfFile(file));
        }

        return keys;
    }

    private static string[] OfFile(string file)
    {
        FileInfo info = new(file);
        if (!info.Exists || info.Length > MaxFileBytes)
        {
            throw new CommandException(info.Exists ? $"{file} is too long for a file of API keys." : $"The file of API keys {file} does not exist.");
        }

        string[] keys = [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        return keys.Length > 0 ? keys : throw new CommandException($"{file} holds no API key; put one a line.");
    }
}
