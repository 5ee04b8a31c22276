using System.Security.Cryptography;
using System.Text;
using Engine.Inference.Models;
using Engine.Onnx;
using Engine.Onnx.Weights;

namespace Engine.Inference.Runners.DirectML;

/// <summary>
/// Rewritten folders of this user, one for each state of a model's folder, in <c>directml</c> beside the packed weights. The weights in them are second
/// names of the models' own files; the least recently used folders go.
/// </summary>
internal sealed class FolderCache(string root)
{
    /// <summary>Counts up with every change of what a rewriting gives.</summary>
    private const int Version = 1;

    private const int MaxFolders = 16;
    private const int MaxFiles = 10_000;

    /// <summary>The user's own.</summary>
    /// <exception cref="InvalidModelException">The system has no place for it.</exception>
    public static FolderCache OfUser() => WeightCache.DefaultFolder() is { } folder ? new FolderCache(Path.GetFullPath(Path.Combine(folder, "directml")))
        : throw new InvalidModelException($"There is no cache folder for the model's layout for DirectML; name one in the environment variable {WeightCache.FolderVariable}.");

    /// <summary>What a folder is known by: path, and name, size and time of everything in it.</summary>
    public static string KeyOf(ModelDirectory directory)
    {
        StringBuilder identity = new($"{Version}\n{directory.ModelFile}\n");
        string[] folders = [.. new[] { directory.Path, Path.GetDirectoryName(directory.ModelFile)! }.Distinct(StringComparer.Ordinal)];
        FileInfo[] files = [.. folders.SelectMany(folder => new DirectoryInfo(folder).EnumerateFiles()).Take(MaxFiles).OrderBy(file => file.FullName, StringComparer.Ordinal)];
        foreach (FileInfo file in files)
        {
            FileInfo real = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            identity.Append(file.FullName).Append('|').Append(real.FullName).Append('|');
            identity.AppendLine(real.Exists ? $"{real.Length}|{real.LastWriteTimeUtc.Ticks}" : "gone");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity.ToString())))[..32];
    }

    /// <summary>The folder of a key; null when there is none.</summary>
    public string? Find(string key)
    {
        string folder = Path.Combine(root, key);
        if (!Directory.Exists(folder))
        {
            return null;
        }

        Touch(folder);
        return folder;
    }

    /// <summary>Makes the folder of a key: it appears whole or not at all.</summary>
    /// <param name="key">The key.</param>
    /// <param name="write">Fills a folder.</param>
    /// <exception cref="InvalidModelException">There is no room, or no right to write.</exception>
    public string Add(string key, Action<string> write)
    {
        string folder = Path.Combine(root, key);
        string unfinished = $"{folder}.{Environment.ProcessId}-{Guid.NewGuid():N}";
        try
        {
            CreateRoot();
            Directory.CreateDirectory(unfinished);
            write(unfinished);
            try
            {
                Directory.Move(unfinished, folder);
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                // Another process was faster; its folder is the same.
            }

            Trim();
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"The model's layout for DirectML cannot be written to {root}: {exception.Message.TrimEnd('.')}; make room there, or name another folder in the environment variable {WeightCache.FolderVariable}.", exception);
        }
        finally
        {
            Remove(unfinished);
        }
    }

    private void CreateRoot()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(root);
            return;
        }

        Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Trim()
    {
        foreach (DirectoryInfo old in new DirectoryInfo(root).EnumerateDirectories().OrderByDescending(folder => folder.LastWriteTimeUtc).Skip(MaxFolders))
        {
            Remove(old.FullName);
        }
    }

    private static void Touch(string folder)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(folder, TimeProvider.System.GetUtcNow().UtcDateTime);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A cache that is only readable serves as well.
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In use by another process; the next one removes it.
        }
    }
}
