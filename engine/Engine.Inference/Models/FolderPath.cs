using Engine.Onnx;

namespace Engine.Inference.Models;

/// <summary>Names of files that a configuration file gives: inside the model's folder, or refused.</summary>
internal static class FolderPath
{
    /// <summary>The full path of a name inside a folder.</summary>
    /// <param name="folder">The folder's full path.</param>
    /// <param name="name">The name as the file spells it; backslashes count as separators, as Windows tools write them.</param>
    /// <param name="says">Which file and key says so, for the message.</param>
    /// <exception cref="InvalidModelException">The name is rooted or leaves the folder.</exception>
    public static string Resolve(string folder, string name, string says)
    {
        string[] parts = name.Replace('\\', '/').Split('/');
        bool outside = parts.Contains("..") || parts[0].Length == 0 || name.Contains(':', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal);
        return outside
            ? throw new InvalidModelException($"{says} is \"{name}\", which is not a file inside the model's folder; use a name without \"..\" or a leading slash.")
            : Path.GetFullPath(Path.Combine([folder, .. parts]));
    }
}
