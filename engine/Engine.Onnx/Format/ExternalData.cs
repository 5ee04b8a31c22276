namespace Engine.Onnx.Format;

/// <summary>
/// Finds the files beside a model that hold its weights. A location comes from the model and is not trusted: it names a file inside the
/// model's folder. A symbolic link is followed only to a place inside that folder, or inside the blobs of the same hub cache entry
/// (<c>models--owner--name/blobs</c>), which is how download caches lay files out.
/// </summary>
internal sealed class ExternalData(string modelFile, string folder) : IDisposable
{
    private const int MaxLinks = 32;
    private readonly Dictionary<string, MappedFile> _files = [];
    private readonly string _folder = Path.GetFullPath(folder);

    public IEnumerable<MappedFile> Files => _files.Values;

    /// <summary>The file at a location that a model names.</summary>
    /// <exception cref="InvalidModelException">The location leads outside the folder, or nothing readable is there.</exception>
    public MappedFile Open(string location)
    {
        if (!_files.TryGetValue(location, out MappedFile? file))
        {
            string path = Resolve(location);
            if (!_files.TryGetValue(path, out file))
            {
                file = MappedFile.Open(path, $"external data '{location}' of {modelFile}");
                if (LooksLikePointer(file))
                {
                    file.Dispose();
                    throw new InvalidModelException($"external data '{location}' of {modelFile} is a Git LFS pointer, not the data; fetch the real file (git lfs pull).");
                }

                _files.Add(path, file);
            }

            _files[location] = file;
        }

        return file;
    }

    /// <summary>Whether a file is the text that Git leaves in place of a large file.</summary>
    public static unsafe bool LooksLikePointer(MappedFile file) =>
        new ReadOnlySpan<byte>(file.Data, (int)Math.Min(file.Length, 64)).StartsWith("version https://git-lfs"u8);

    public void Dispose()
    {
        foreach (MappedFile file in _files.Values.Distinct())
        {
            file.Dispose();
        }

        _files.Clear();
    }

    private string Resolve(string location)
    {
        string[] segments = [.. location.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != ".")];
        bool isRooted = location.StartsWith('/') || location.StartsWith('\\') || location.Contains(':') || location.Contains('\0');
        if (isRooted || segments.Length == 0 || segments.Contains(".."))
        {
            throw Outside(location);
        }

        string path = Path.Combine([_folder, .. segments]);
        if (!File.Exists(path))
        {
            throw new InvalidModelException($"{modelFile} keeps its weights in '{location}', which is not in the folder {_folder}; put the file beside the model.");
        }

        string target = FollowLinks(path, location);
        string realFolder = FollowLinks(_folder, location);
        return IsInside(target, realFolder) || IsHubBlob(target) ? target : throw Outside(location);
    }

    private InvalidModelException Outside(string location) =>
        new($"{modelFile} keeps its weights in '{location}', which leads outside the model's folder; such a file is not opened, put it beside the model.");

    /// <summary>Whether the folder belongs to a hub cache entry and the target to the blobs of the same entry.</summary>
    private bool IsHubBlob(string target)
    {
        for (DirectoryInfo? ancestor = new(_folder); ancestor is not null; ancestor = ancestor.Parent)
        {
            if (ancestor.Name.StartsWith("models--", StringComparison.Ordinal))
            {
                return IsInside(target, FollowLinks(Path.Combine(ancestor.FullName, "blobs"), "blobs"));
            }
        }

        return false;
    }

    private static bool IsInside(string path, string folder) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with every link on the way replaced by what it points at.</summary>
    private string FollowLinks(string path, string location)
    {
        string root = Path.GetPathRoot(path)!;
        string resolved = root;
        Queue<string> rest = new(path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries));
        int links = 0;
        while (rest.TryDequeue(out string? segment))
        {
            string next = Path.Combine(resolved, segment);
            if (new FileInfo(next).LinkTarget is not { } link)
            {
                resolved = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new InvalidModelException($"'{location}' of {modelFile} is behind more than {MaxLinks} symbolic links.");
            }

            string full = Path.GetFullPath(link, resolved);
            root = Path.GetPathRoot(full)!;
            resolved = root;
            rest = new Queue<string>([.. full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries), .. rest]);
        }

        return resolved;
    }
}
