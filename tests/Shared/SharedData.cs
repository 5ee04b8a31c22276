namespace Engine.Tests;

/// <summary>
/// Public test data that lies beside the checkout in <c>../shared/data</c> and is no part of the repository. A test that needs a file asks
/// for it here and is skipped, with a reason that says so, where the data is not there.
/// </summary>
internal static class SharedData
{
    private static readonly string? Root = Find("shared/data");

    /// <summary>The folder of the repository, found upwards from the test's own binaries.</summary>
    public static string Repository { get; } =
        Find("Engine.sln") is { } solution ? Path.GetDirectoryName(solution)! : throw new InvalidOperationException("The tests run outside the repository.");

    /// <summary>The full path of a file or folder of the shared data; skips the running test when it is missing.</summary>
    public static string PathOf(string relative)
    {
        string? path = Root is null ? null : Path.Combine(Root, relative);
        Assert.SkipUnless(path is not null && (File.Exists(path) || Directory.Exists(path)), $"needs ../shared/data/{relative}, which is not on this machine");
        return path!;
    }

    /// <summary>The sub-folders of a shared folder, or none where it is missing: for theories, which must not skip while they list.</summary>
    public static IEnumerable<string> FoldersOf(string relative)
    {
        string? path = Root is null ? null : Path.Combine(Root, relative);
        return Directory.Exists(path) ? Directory.EnumerateDirectories(path).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal) : [];
    }

    private static string? Find(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, relative);
            if (File.Exists(path) || Directory.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
