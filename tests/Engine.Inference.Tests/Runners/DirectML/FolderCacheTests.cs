using Engine.Inference.Runners.DirectML;
using Engine.Onnx;

namespace Engine.Inference.Tests.Runners.DirectML;

public sealed class FolderCacheTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("engine-cache-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Add_WriterThatFails_LeavesNothing()
    {
        FolderCache cache = new(_root);

        Assert.Throws<InvalidModelException>(() => cache.Add("key", folder =>
        {
            File.WriteAllText(Path.Combine(folder, "half"), "");
            throw new IOException("no room");
        }));

        Assert.Null(cache.Find("key"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void Add_KeyThatAnotherProcessMadeMeanwhile_KeepsItsFolder()
    {
        FolderCache cache = new(_root);

        string folder = cache.Add("key", _ =>
        {
            Directory.CreateDirectory(Path.Combine(_root, "key"));
            File.WriteAllText(Path.Combine(_root, "key", "first"), "");
        });

        Assert.True(File.Exists(Path.Combine(folder, "first")));
        Assert.Single(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void Add_MoreFoldersThanAreKept_RemovesTheLeastRecentlyUsed()
    {
        FolderCache cache = new(_root);
        for (int i = 0; i < 16; i++)
        {
            Directory.SetLastWriteTimeUtc(cache.Add($"key{i}", _ => { }), new DateTime(2020, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc));
        }

        Assert.NotNull(cache.Find("key0"));
        cache.Add("new", _ => { });

        Assert.NotNull(cache.Find("key0"));
        Assert.Null(cache.Find("key1"));
        Assert.NotNull(cache.Find("new"));
    }
}
