using Engine.Onnx;

namespace Engine.Inference.Models;

/// <summary>Looks at a graph's file before anything parses it, for what copying and downloading leave behind.</summary>
internal static class GraphFile
{
    /// <summary>Checks that the file is there and is no placeholder.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="folder">The model's folder, searched for what is there instead.</param>
    /// <param name="says">Who names the file, for the message.</param>
    /// <returns>The path.</returns>
    /// <exception cref="InvalidModelException">It is missing, empty or a Git LFS pointer.</exception>
    public static string Check(string path, string folder, string says)
    {
        FileInfo file = new(path);
        if (!file.Exists)
        {
            string[] present = [.. Present(folder).Take(20)];
            string instead = present.Length == 0 ? "the folder has no .onnx file; copy the model's graph into it" : $"present are {string.Join(", ", present)}";
            throw new InvalidModelException($"{path}, named by {says}, is missing; {instead}.");
        }

        if (file.Length == 0)
        {
            throw new InvalidModelException($"{path} is empty (0 bytes), the copy is incomplete; copy or download it again.");
        }

        Span<byte> start = stackalloc byte[64];
        try
        {
            using FileStream stream = file.OpenRead();
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read: {exception.Message}", exception);
        }

        return GitLfsPointer.Is(start) ? throw GitLfsPointer.Refusal(path) : path;
    }

    private static IEnumerable<string> Present(string folder) =>
        new[] { folder, Path.Combine(folder, "onnx") }
            .Where(Directory.Exists)
            .SelectMany(place => Directory.EnumerateFiles(place, "*.onnx"))
            .Select(path => Path.GetRelativePath(folder, path))
            .Order(StringComparer.Ordinal);
}
