namespace Engine.Onnx.Weights;

/// <summary>
/// The folder of packed weights, a file a model. Several processes may use it at once: files appear complete and are never changed. The ones unused for
/// longest are deleted when all together exceed a bound.
/// </summary>
internal sealed class WeightCache(string folder, long maximumBytes)
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string FolderVariable = "ENGINE_CACHE";

    private const string Ending = ".weights";
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    /// <summary>The folder of this user: <c>ENGINE_CACHE</c>, else a folder <c>engine</c> where the system keeps caches; null where there is no such place.</summary>
    public static string? DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } chosen)
        {
            return chosen;
        }

        if (OperatingSystem.IsWindows())
        {
            return Below(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "engine", "cache");
        }

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
        {
            return Below(home, "Library", "Caches", "engine");
        }

        // The convention says of relative paths that they are to be ignored.
        return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } caches && Path.IsPathRooted(caches)
            ? Path.Combine(caches, "engine")
            : Below(home, ".cache", "engine");
    }

    /// <summary>The file of a model.</summary>
    public string PathOf(byte[] identity) => Path.Combine(folder, Convert.ToHexStringLower(identity.AsSpan(0, 16)) + Ending);

    /// <summary>Makes the folder, for this user alone.</summary>
    public void Create()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Whether a file of that size may be added: within the bound, and with as much again left on the disk.</summary>
    public bool HasRoomFor(long bytes) => bytes <= maximumBytes && new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace / 2 >= bytes;

    /// <summary>Notes that a file was used.</summary>
    public static void Touch(string path) => Quietly(() => File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime));

    /// <summary>Deletes what was abandoned half-written and, but for <paramref name="kept"/>, what was unused for longest, until the rest is within the bound.</summary>
    public void Trim(string kept)
    {
        DirectoryInfo directory = new(folder);
        DateTime abandoned = TimeProvider.System.GetUtcNow().UtcDateTime - AbandonedAfter;
        foreach (FileInfo file in directory.EnumerateFiles("*" + PackedWeightsWriter.TemporaryEnding).Where(file => file.LastWriteTimeUtc < abandoned))
        {
            Quietly(file.Delete);
        }

        List<FileInfo> files = [.. directory.EnumerateFiles("*" + Ending).OrderBy(file => file.LastWriteTimeUtc)];
        long total = files.Sum(file => file.Length);
        foreach (FileInfo file in files.Where(file => file.FullName != Path.GetFullPath(kept)).TakeWhile(_ => total > maximumBytes))
        {
            total -= file.Length;
            Quietly(file.Delete);
        }
    }

    private static string? Below(string root, params string[] names) => root.Length == 0 ? null : Path.Combine([root, .. names]);

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process was faster, or the folder is not ours to write.
        }
    }
}
