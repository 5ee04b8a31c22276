using System.Numerics.Tensors;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Engine.Onnx;
using Engine.Tests;

namespace Engine.Inference.Tests.Runners;

/// <summary>A real Llama of 260 thousand parameters through the managed runner; the slow suite compares more.</summary>
public class ManagedModelRunnerTests
{
    private static readonly int[] Prompt = [1, 403, 407, 261, 378, 320, 417, 286, 9, 88, 17, 200, 41, 5, 130, 77, 66, 23, 300, 301, 302, 303, 304];

    private static ManagedModelRunner Open(Action<LlmEngineOptions>? configure = null, bool paged = true, string precision = "int4")
    {
        LlmEngineOptions options = new() { Model = SharedData.PathOf($"models/stories260K-{precision}"), Threads = 1 };
        configure?.Invoke(options);
        return ManagedModelRunner.Create(ModelDirectory.Open(options.Model), options, paged);
    }

    [Theory]
    [InlineData("int4")]
    [InlineData("fp16")]
    public void Execute_TokenByToken_EqualsWhole(string precision)
    {
        using ManagedModelRunner runner = Open(precision: precision);
        RunnerProbe probe = new(runner);
        probe.Begin();
        float[][] whole = probe.Append(Prompt, Prompt.Length);
        probe.Begin();

        float[][] single = probe.Append(Prompt, Prompt.Length, chunk: 1);

        Assert.Null(runner.WhyNotPaged);
        Assert.Equal(whole, single);
    }

    [Fact]
    public void Execute_BesideAnotherSequence_EqualsAlone()
    {
        using ManagedModelRunner runner = Open();
        RunnerProbe probe = new(runner);
        probe.Begin();
        float[] alone = probe.Append(Prompt, 1)[0];
        StepPlan plan = new();
        plan.Add(10, Prompt.AsSpan(5), 0, 0, [8, 3]);
        plan.Add(11, Prompt, 0, 1, [1, 6]);
        float[] beside = new float[runner.VocabularySize];

        runner.Execute(plan, beside);

        Assert.Equal(alone, beside);
    }

    /// <summary>Alone and whole; beside another sequence and on two threads; behind a beginning that another sequence has computed.</summary>
    [Theory]
    [InlineData(KVCacheType.Float16)]
    [InlineData(KVCacheType.Float32)]
    [InlineData(KVCacheType.Int8)]
    public void Execute_EveryCacheType_GivesTheSameBitsBesideOthersAndAfterASharedBeginning(KVCacheType type)
    {
        int[] prompt = [.. Prompt, .. Prompt, .. Prompt];
        using ManagedModelRunner runner = Open(options => options.KVCacheType = type);
        using ManagedModelRunner two = Open(options => (options.KVCacheType, options.Threads) = (type, 2));
        RunnerProbe probe = new(runner);
        probe.Begin();
        float[] alone = probe.Append(prompt, 1)[0];
        StepPlan plan = new();
        plan.Add(10, Prompt.AsSpan(5), 0, 0, [8, 3]);
        plan.Add(11, prompt, 0, 1, [1, 6, 2, 9, 4]);
        float[] beside = new float[runner.VocabularySize];
        two.Execute(plan, beside);

        // Two blocks belong to both sequences; the rest of the prompt goes in others.
        plan.Clear();
        plan.Add(12, prompt.AsSpan(32), 32, 1, [1, 6, 12, 13, 14]);
        float[] shared = new float[runner.VocabularySize];
        two.Execute(plan, shared);

        Assert.Equal(alone, beside);
        Assert.Equal(alone, shared);
    }

    /// <summary>What a cache's rounding does to logits, by their angle.</summary>
    [Theory]
    [InlineData(KVCacheType.Float16, 0.99999f)]
    [InlineData(KVCacheType.Int8, 0.99f)]
    public void Execute_NarrowerCache_MovesLogitsALittle(KVCacheType type, float cosine)
    {
        using ManagedModelRunner exact = Open(options => (options.KVCacheType, options.AccuracyLevel) = (KVCacheType.Float32, 1));
        using ManagedModelRunner narrow = Open(options => (options.KVCacheType, options.AccuracyLevel) = (type, 1));
        float[][] expected = Logits(exact);
        float[][] actual = Logits(narrow);

        float least = expected.Zip(actual, (x, y) => TensorPrimitives.CosineSimilarity<float>(x, y)).Min();

        Assert.True(least >= cosine, $"the cosine is {least}");
        Assert.NotEqual(expected, actual);
        Assert.True(narrow.KVCacheLayout.BytesPerBlock < exact.KVCacheLayout.BytesPerBlock);

        static float[][] Logits(ManagedModelRunner runner)
        {
            RunnerProbe probe = new(runner);
            probe.Begin();
            return probe.Append(Prompt, Prompt.Length);
        }
    }

    [Fact]
    public void Create_CacheTypeForAGraphWithoutBlocks_IsRefused()
    {
        string message = Assert.Throws<InvalidModelException>(() => Open(options => options.KVCacheType = KVCacheType.Int8, paged: false)).Message;

        Assert.Contains("--kv-type", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_PromptPieceWithoutLogits_LeavesThemAlone()
    {
        using ManagedModelRunner runner = Open();
        RunnerProbe probe = new(runner);
        probe.Begin();
        float[] expected = probe.Append(Prompt, 1)[0];
        StepPlan plan = new();
        plan.Add(20, Prompt.AsSpan(0, 9), 0, 0, [5]);
        runner.Execute(plan, []);
        plan.Clear();
        plan.Add(20, Prompt.AsSpan(9), 9, 1, [5, 2]);
        float[] actual = new float[runner.VocabularySize];

        runner.Execute(plan, actual);

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Execute_AgainFromAnEarlierPosition_ForgetsWhatFollowed()
    {
        using ManagedModelRunner runner = Open();
        RunnerProbe probe = new(runner);
        probe.Begin();
        float[] expected = probe.Append(Prompt, 1)[0];
        StepPlan plan = new();
        plan.Add(30, [.. Prompt[..12], 100, 101, 102, 103, 104, 105, 106], 0, 0, [0, 1]);
        runner.Execute(plan, []);
        plan.Clear();
        plan.Add(30, Prompt.AsSpan(12), 12, 1, [0, 1]);
        float[] actual = new float[runner.VocabularySize];

        runner.Execute(plan, actual);

        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Greedy_GoldenFolder_GivesTheGoldenTokens(bool paged)
    {
        using ManagedModelRunner runner = Open(options => options.AccuracyLevel = 1, paged);
        RunnerProbe probe = new(runner);
        probe.Begin();

        int[] tokens = probe.Greedy(probe.Append([1], 1)[0], 8);

        // The beginning of the golden file's 200 tokens.
        Assert.Equal([403, 407, 261, 378, 432, 383, 286, 261], tokens);
        Assert.Equal(paged, runner.KVCacheLayout.CanShareBlocks);
    }

    [Fact]
    public void Execute_SteadyDecode_AllocatesNothing()
    {
        using ManagedModelRunner runner = Open();
        StepPlan plan = new();
        float[] logits = new float[2 * runner.VocabularySize];
        int[] blocks = [.. Enumerable.Range(3, 14)];
        int[] token = [42];
        void Step(int position)
        {
            plan.Clear();
            plan.Add(1, token, position, 1, blocks);
            plan.Add(2, token, position, 1, blocks.AsSpan(2));
            runner.Execute(plan, logits);
        }

        for (int position = 0; position < 160; position++)
        {
            Step(position);
        }

        // Scratch memory grows with the longest sequence seen; from then on nothing is allocated.
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int position = 100; position < 150; position++)
        {
            Step(position);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Create_MemoryForKeysAndValues_BoundsBlocksAndContext()
    {
        using ManagedModelRunner runner = Open(options => options.KVCacheBytes = 1 << 17);

        Assert.InRange(runner.KVCacheLayout.BlockCount * runner.KVCacheLayout.BytesPerBlock, 1, 1 << 17);
        Assert.Equal(runner.KVCacheLayout.BlockCount * runner.KVCacheLayout.BlockSize, runner.ContextLength);
    }

    [Fact]
    public void Create_ContextLengthAsked_IsTheLesserOfTheTwo()
    {
        using ManagedModelRunner shorter = Open(options => options.ContextLength = 100);
        using ManagedModelRunner longer = Open(options => options.ContextLength = 100_000);

        Assert.Equal(100, shorter.ContextLength);
        Assert.Equal(512, longer.ContextLength);
    }

    [Fact]
    public void Create_RotaryTablesShorterThanTheContext_AreTheContext()
    {
        using Models.TemporaryModelFolder folder = new();
        string source = SharedData.PathOf("models/stories260K-int4");
        foreach (string name in new[] { "model.onnx", "model.onnx.data" })
        {
            folder.Write(name, File.ReadAllBytes(Path.Combine(source, name)));
        }

        string config = File.ReadAllText(Path.Combine(source, "genai_config.json")).Replace("\"context_length\": 512", "\"context_length\": 131072", StringComparison.Ordinal);
        folder.Write("genai_config.json", config);

        using IModelRunner runner = ManagedModelRunner.Create(ModelDirectory.Open(folder.Folder), new LlmEngineOptions { Threads = 1 });

        Assert.Equal(131072, ModelDirectory.Open(folder.Folder).Config.ContextLength);
        Assert.Equal(512, runner.ContextLength);
        Assert.Equal(512, ModelSignature.RotaryPositions(Path.Combine(folder.Folder, "model.onnx")));
    }

    [Fact]
    public void Create_ConfigurationOfAnotherModel_IsRefusedNamingBoth()
    {
        string source = SharedData.PathOf("models/stories260K-int4");
        using Models.TemporaryModelFolder folder = new();
        foreach (string name in new[] { "model.onnx", "model.onnx.data" })
        {
            folder.Write(name, File.ReadAllBytes(Path.Combine(source, name)));
        }

        string message = Assert.Throws<InvalidModelException>(() => ManagedModelRunner.Create(ModelDirectory.Open(folder.Folder), new LlmEngineOptions { Threads = 1 })).Message;

        Assert.Contains("contradict each other", message, StringComparison.Ordinal);
        Assert.Contains("genai_config.json", message, StringComparison.Ordinal);
    }
}
