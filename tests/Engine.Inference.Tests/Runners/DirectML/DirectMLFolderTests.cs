using System.Numerics.Tensors;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Runners.DirectML;
using Engine.Onnx;
using Engine.Tests;

namespace Engine.Inference.Tests.Runners.DirectML;

/// <summary>Folders made for the CPU, rewritten for DirectML: none of what it gets wrong is left, and the logits are the original's.</summary>
public sealed class DirectMLFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("engine-directml-").FullName;

    public static TheoryData<string> Folders =>
    [
        .. SharedData.FoldersOf("genai-fixtures").Select(folder => $"genai-fixtures/{folder}"),
        .. SharedData.FoldersOf("models").Where(folder => folder.StartsWith("stories260K-", StringComparison.Ordinal)).Select(folder => $"models/{folder}"),
    ];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Prepare_FolderForTheCpu_GivesTheSameLogits(string folder)
    {
        ModelDirectory original = ModelDirectory.Open(SharedData.PathOf(folder));

        ModelDirectory rewritten = DirectMLFolder.Prepare(original, new FolderCache(_root));

        Assert.Empty(DirectMLLayout.Faults(rewritten.ModelFile));
        float[][] expected = Rows(original);
        float[][] actual = Rows(rewritten);
        float tolerance = 1e-5f * expected.Max(row => MathF.Abs(TensorPrimitives.MaxMagnitude<float>(row)));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], (x, y) => MathF.Abs(x - y) <= tolerance);
        }
    }

    [Fact]
    public void Prepare_FolderForTheCpu_IsNotRightAsItIs()
    {
        ModelDirectory original = ModelDirectory.Open(SharedData.PathOf("genai-fixtures/int4"));

        Assert.NotEmpty(DirectMLLayout.Faults(original.ModelFile));
    }

    [Fact]
    public void Prepare_FolderForDirectML_IsTakenAsItIs()
    {
        ModelDirectory original = ModelDirectory.Open(SharedData.PathOf("models/stories260K-fp16"));

        Assert.Same(original, DirectMLFolder.Prepare(original, new FolderCache(_root)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void Prepare_Again_TakesWhatIsThere()
    {
        ModelDirectory original = ModelDirectory.Open(SharedData.PathOf("genai-fixtures/int4"));
        FolderCache cache = new(_root);
        string first = DirectMLFolder.Prepare(original, cache).Path;
        string marker = Path.Combine(first, "marker");
        File.WriteAllText(marker, "");

        string second = DirectMLFolder.Prepare(original, cache).Path;

        Assert.Equal(first, second);
        Assert.True(File.Exists(marker));
        Assert.Single(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void Prepare_FolderThatChanged_IsWrittenAnew()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "model")).FullName;
        foreach (string file in Directory.EnumerateFiles(SharedData.PathOf("genai-fixtures/int4")))
        {
            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        FolderCache cache = new(Path.Combine(_root, "cache"));
        string first = DirectMLFolder.Prepare(ModelDirectory.Open(folder), cache).Path;
        File.SetLastWriteTimeUtc(Path.Combine(folder, "model.onnx"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        Assert.NotEqual(first, DirectMLFolder.Prepare(ModelDirectory.Open(folder), cache).Path);
    }

    [Fact]
    public void Prepare_ModelWithItsWeightsInside_TakesNoRoomForThem()
    {
        string data = SharedData.PathOf("models/stories260K-fp32");

        ModelDirectory rewritten = DirectMLFolder.Prepare(ModelDirectory.Open(data), new FolderCache(_root));

        FileInfo[] own = [.. new DirectoryInfo(rewritten.Path).EnumerateFiles().Where(file => !file.Name.StartsWith("weights-", StringComparison.Ordinal) && file.Extension != ".json")];
        Assert.InRange(own.Sum(file => file.Length), 1, 100_000);
        Assert.InRange(new DirectoryInfo(data).EnumerateFiles("model.*").Sum(file => file.Length), 1_000_000, long.MaxValue);
    }

    [Fact]
    public void Prepare_Folder_IsConfiguredForDirectML()
    {
        ModelDirectory shared = DirectMLFolder.Prepare(ModelDirectory.Open(SharedData.PathOf("genai-fixtures/int4")), new FolderCache(_root));
        ModelDirectory written = DirectMLFolder.Prepare(ModelDirectory.Open(SharedData.PathOf("genai-fixtures/gemma")), new FolderCache(_root));

        string config = File.ReadAllText(Path.Combine(shared.Path, "genai_config.json"));
        Assert.True(shared.Config.Decoder.SharesPastAndPresent);
        Assert.False(written.Config.Decoder.SharesPastAndPresent);
        Assert.Contains("\"position_ids\": \"position_ids\"", config, StringComparison.Ordinal);
        Assert.Contains("\"dml\": {}", config, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_FolderThatCannotBeWritten_SaysWhere()
    {
        string file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");

        InvalidModelException refusal = Assert.Throws<InvalidModelException>(
            () => DirectMLFolder.Prepare(ModelDirectory.Open(SharedData.PathOf("genai-fixtures/int4")), new FolderCache(file)));

        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ENGINE_CACHE", refusal.Message, StringComparison.Ordinal);
    }

    [Theory(SkipTestWithoutData = true)]
    [InlineData("qwen3-cuda-int4-bf16", "bfloat16")]
    [InlineData("llama3-cpu-int4-kv8tensor", "quantised keys and values")]
    [InlineData("llama3-cuda-int4-prepacked", "CUDA's own layout")]
    [InlineData("gptoss64-cuda-int4", "CUDA's own layout")]
    public void Prepare_WhatDirectMLCannotRun_IsRefusedByName(string folder, string reason)
    {
        ModelDirectory original = ModelDirectory.Open(SharedData.PathOf($"model-zoo/{folder}"));

        InvalidModelException refusal = Assert.Throws<InvalidModelException>(() => DirectMLFolder.Prepare(original, new FolderCache(_root)));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    // Levels of accuracy are the CPU's: DirectML multiplies in the type of the activations, and so does what was rewritten.
    private static float[][] Rows(ModelDirectory directory)
    {
        using IModelRunner runner = SinglePrecision(directory);
        RunnerProbe probe = new(runner);
        probe.Begin();
        int[] prompt = [.. Enumerable.Range(0, 23).Select(i => (3 + (i * 37)) % runner.VocabularySize)];
        return [.. probe.Append(prompt, 4), .. prompt.SelectMany(token => probe.Append([token], 1))];
    }

    // Keys and values are kept as fp32 in blocks, and as the graph says where the rewritten one keeps them itself.
    private static ManagedModelRunner SinglePrecision(ModelDirectory directory)
    {
        LlmEngineOptions options = new() { Model = directory.Path, Threads = 1, AccuracyLevel = 0 };
        ManagedModelRunner runner = (ManagedModelRunner)ManagedModelRunner.Create(directory, options);
        if (runner.WhyNotPaged is not null)
        {
            return runner;
        }

        runner.Dispose();
        options.KVCacheType = KVCacheType.Float32;
        return (ManagedModelRunner)ManagedModelRunner.Create(directory, options);
    }
}
