using Engine.Inference;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Engine.Tests;

namespace Engine.Conformance.Tests.Runners;

/// <summary>
/// The rule that does not bend: a row of the managed runner is the same, bit for bit, alone, beside others, in pieces, after a shared beginning, and on any
/// number of threads.
/// </summary>
public class BatchInvarianceTests
{
    private static readonly int[] PromptLengths = [37, 1, 16, 53, 20];

    // What the fixtures lack: windows with caches as long as the window, biases, a quantised embedding, extra outputs, fp16.
    private static readonly string[] Zoo = ["gemma2-cpu-int4", "gptoss-cuda-int4-rawmoe8", "mistral-cpu-fp32", "phi2-cpu-int4", "qwen2-cpu-int4-hidden", "granite-cuda-int8"];

    // Caches as long as the window: only the rewritten graph runs them.
    private static readonly string[] WindowedCaches = ["gemma2-cpu-int4", "gptoss-cuda-int4-rawmoe8", "mistral-cpu-fp32"];

    public static TheoryData<string> Folders =>
    [
        "../models/default",
        .. SharedData.FoldersOf("models").Where(name => name.StartsWith("stories260K-", StringComparison.Ordinal)).Select(name => $"models/{name}"),
        .. SharedData.FoldersOf("genai-fixtures").Select(name => $"genai-fixtures/{name}"),
        .. SharedData.FoldersOf("model-zoo").Where(name => Zoo.Contains(name)).Select(name => $"model-zoo/{name}"),
    ];

    public static TheoryData<string> FoldersAsWritten => [.. Folders.Where(folder => !WindowedCaches.Contains(Path.GetFileName(folder.Data))).Select(folder => folder.Data)];

    public static TheoryData<string, int?> FoldersAndLevels => [.. from folder in Folders from level in new int?[] { null, 4 } select (folder.Data, level)];

    private static string PathOf(string folder) => folder == "../models/default" ? Path.Combine(SharedData.Repository, "models/default") : SharedData.PathOf(folder);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(FoldersAndLevels))]
    public void Execute_WholeChunkedBatchedOrShared_GivesTheSameBits(string folder, int? accuracyLevel)
    {
        string path = PathOf(folder);
        // Integers go with integers: so both kinds of caches are seen without twice the time.
        KVCacheType cache = accuracyLevel == 4 ? KVCacheType.Int8 : KVCacheType.Float16;
        using IModelRunner one = RunnerUnderTest.Open("managed", path, options => (options.Threads, options.AccuracyLevel, options.KVCacheType) = (1, accuracyLevel, cache));
        using IModelRunner two = RunnerUnderTest.Open("managed", path, options => (options.Threads, options.AccuracyLevel, options.KVCacheType) = (2, accuracyLevel, cache));
        Assert.Null(((ManagedModelRunner)one).WhyNotPaged);
        int[][] prompts = Prompts(one.VocabularySize);
        RunnerProbe probe = new(one);
        float[][][] whole = [.. prompts.Select(prompt => Alone(probe, prompt, chunk: 0))];

        foreach (int chunk in new[] { 1, 7, 13 })
        {
            AssertSame(whole[0], Alone(probe, prompts[0], chunk), $"pieces of {chunk}");
        }

        AssertSame(whole[3], Alone(new RunnerProbe(two), prompts[3], chunk: 0), "two threads");
        AssertSame(whole[3], Alone(new RunnerProbe(two), prompts[3], chunk: 1), "two threads, token by token");
        float[][][] together = Together(two, prompts);
        for (int i = 0; i < prompts.Length; i++)
        {
            AssertSame(whole[i], together[i], $"sequence {i} beside the others");
        }

        AssertSame(whole[0], AfterASharedBeginning(one, prompts[0]), "a shared beginning");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(FoldersAsWritten))]
    public void Execute_PagedOrAsWritten_Agrees(string folder)
    {
        string path = PathOf(folder);
        using IModelRunner paged = RunnerUnderTest.Open("managed", path, options => options.AccuracyLevel = 1);
        using IModelRunner plain = RunnerUnderTest.Open("managed-plain", path, options => options.AccuracyLevel = 1);
        int[] prompt = Prompts(paged.VocabularySize)[0];

        float[][] expected = Alone(new RunnerProbe(plain), prompt, chunk: 0);
        float[][] actual = Alone(new RunnerProbe(paged), prompt, chunk: 0);

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], (x, y) => Math.Abs(x - y) <= 1e-2f);
        }
    }

    private static int[][] Prompts(int vocabulary)
    {
        Random random = new(7);
        return [.. PromptLengths.Select(length => Enumerable.Range(0, length).Select(_ => random.Next(3, vocabulary)).ToArray())];
    }

    private static float[][] Alone(RunnerProbe probe, int[] prompt, int chunk)
    {
        probe.Begin();
        return probe.Append(prompt, prompt.Length, chunk);
    }

    // All sequences at once, each in pieces of another size, so that single tokens and long pieces meet in a step; blocks in no order.
    private static float[][][] Together(IModelRunner runner, int[][] prompts)
    {
        int[] pieces = [5, 1, 16, 1, 3];
        int[] done = new int[prompts.Length];
        float[][][] rows = [.. prompts.Select(prompt => new float[prompt.Length][])];
        StepPlan plan = new();
        while (done.Zip(prompts).Any(pair => pair.First < pair.Second.Length))
        {
            plan.Clear();
            List<(int Sequence, int Row)> wanted = [];
            for (int i = 0; i < prompts.Length; i++)
            {
                int count = Math.Min(pieces[i], prompts[i].Length - done[i]);
                if (count == 0)
                {
                    continue;
                }

                int sequence = i;
                int blockCount = (done[i] + count + runner.KVCacheLayout.BlockSize - 1) / runner.KVCacheLayout.BlockSize;
                int[] blocks = [.. Enumerable.Range(0, blockCount).Select(block => runner.KVCacheLayout.BlockCount - 1 - (block * prompts.Length) - (3 * sequence % prompts.Length))];
                plan.Add(i, prompts[i].AsSpan(done[i], count), done[i], count, blocks);
                wanted.AddRange(Enumerable.Range(done[i], count).Select(row => (sequence, row)));
                done[i] += count;
            }

            float[] logits = new float[plan.LogitRowCount * runner.VocabularySize];
            runner.Execute(plan, logits);
            for (int i = 0; i < wanted.Count; i++)
            {
                rows[wanted[i].Sequence][wanted[i].Row] = logits.AsSpan(i * runner.VocabularySize, runner.VocabularySize).ToArray();
            }
        }

        return rows;
    }

    // The first two blocks are computed by one sequence and read by another.
    private static float[][] AfterASharedBeginning(IModelRunner runner, int[] prompt)
    {
        int shared = 2 * runner.KVCacheLayout.BlockSize;
        StepPlan plan = new();
        plan.Add(1, prompt.AsSpan(0, shared), 0, shared, [4, 9]);
        float[] first = new float[shared * runner.VocabularySize];
        runner.Execute(plan, first);
        plan.Clear();
        plan.Add(2, prompt.AsSpan(shared), shared, prompt.Length - shared, [4, 9, 2]);
        float[] second = new float[(prompt.Length - shared) * runner.VocabularySize];
        runner.Execute(plan, second);
        return [.. first.Concat(second).Chunk(runner.VocabularySize)];
    }

    private static void AssertSame(float[][] expected, float[][] actual, string how)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            int different = expected[i].Zip(actual[i]).Count(pair => BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second));
            Assert.True(different == 0, $"{how}: {different} logits of row {i} differ.");
        }
    }
}
