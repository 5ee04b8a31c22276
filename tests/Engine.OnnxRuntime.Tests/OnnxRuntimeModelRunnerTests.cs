using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Tests;

namespace Engine.OnnxRuntime.Tests;

public sealed class OnnxRuntimeModelRunnerTests
{
    public static TheoryData<string> Folders => [.. SharedData.FoldersOf("genai-fixtures")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Execute_EightSequencesThatComeAndGo_GiveTheTokensThatEachGivesAlone(string folder)
    {
        using IModelRunner runner = Open(folder);
        ConcurrentSequences sequences = new(runner);
        ConcurrentSequences.Script[] scripts = ConcurrentSequences.Eight(runner.VocabularySize);
        int[][] alone = [.. scripts.Select(sequences.Alone)];

        int[][] together = sequences.Run(scripts);

        for (int i = 0; i < scripts.Length; i++)
        {
            Assert.Equal(alone[i], together[i]);
        }
    }

    [Fact]
    public void Execute_SingleTokensOfAllSequences_AreOneRun()
    {
        using OnnxRuntimeModelRunner runner = Open("int4");
        ConcurrentSequences.Script[] scripts = [.. Enumerable.Range(0, 8).Select(i => new ConcurrentSequences.Script([5 + i], 0, 1, 10))];

        new ConcurrentSequences(runner).Run(scripts);

        Assert.Equal(10, runner.RunCount);
    }

    [Fact]
    public void Execute_SequencesThatAreLeft_StayOneRun()
    {
        using OnnxRuntimeModelRunner runner = Open("int4");
        ConcurrentSequences.Script[] scripts = [.. Enumerable.Range(0, 8).Select(i => new ConcurrentSequences.Script([5 + i], 0, 1, i % 7 == 0 ? 20 : 2))];

        new ConcurrentSequences(runner).Run(scripts);

        Assert.Equal(20, runner.RunCount);
    }

    [Fact]
    public void Execute_MoreSequencesThanRows_RefusesTheOneWhoseKeysAreGone()
    {
        using IModelRunner runner = Open("int4", options => options.MaxSequences = 1);
        float[] logits = new float[runner.VocabularySize];
        Inference.Scheduling.StepPlan plan = new();
        void Step(long sequence, int position)
        {
            plan.Clear();
            plan.Add(sequence, [7], position, 1, [0]);
            runner.Execute(plan, logits);
        }

        Step(1, 0);
        Step(2, 0);

        Assert.Contains("are gone", Assert.Throws<InvalidOperationException>(() => Step(1, 1)).Message, StringComparison.Ordinal);
    }

    internal static OnnxRuntimeModelRunner Open(string folder, Action<LlmEngineOptions>? configure = null)
    {
        LlmEngineOptions options = new() { Model = SharedData.PathOf($"genai-fixtures/{folder}"), Threads = 1, KVCacheBytes = 1 << 26 };
        configure?.Invoke(options);
        return (OnnxRuntimeModelRunner)OnnxRuntimeModelRunner.Create(ModelDirectory.Open(options.Model), options);
    }
}
