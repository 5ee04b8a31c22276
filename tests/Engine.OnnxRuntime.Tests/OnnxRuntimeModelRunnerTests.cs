using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Tests;

namespace Engine.OnnxRuntime.Tests;

public sealed class OnnxRuntimeModelRunnerTests
{
    public static TheoryData<string, string> FoldersAndPlaces =>
        [.. from folder in SharedData.FoldersOf("genai-fixtures") from place in Enum.GetNames<TensorPlace>() select (folder, place)];

    // The places of devices are tried on the processor, which is a device as well.
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(FoldersAndPlaces))]
    public void Execute_EightSequencesThatComeAndGo_GiveTheTokensThatEachGivesAlone(string folder, string place)
    {
        using IModelRunner host = Open(folder);
        using IModelRunner runner = Open(folder, place: Enum.Parse<TensorPlace>(place));
        ConcurrentSequences sequences = new(runner);
        ConcurrentSequences.Script[] scripts = ConcurrentSequences.Eight(runner.VocabularySize);
        int[][] alone = [.. scripts.Select(new ConcurrentSequences(host).Alone)];

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

    [Fact]
    public void Execute_PromptInPiecesOnADeviceThatTakesItWhole_ComputesItOnceLogitsAreWanted()
    {
        using OnnxRuntimeModelRunner runner = Open("int4", place: TensorPlace.DeviceRows);
        ConcurrentSequences.Script script = new([5, 6, 7, 8, 9, 10], 0, 2, 3);

        new ConcurrentSequences(runner).Run([script]);

        // The prompt, and two of the three tokens: the last is never computed.
        Assert.Equal(3, runner.RunCount);
    }

    [Fact]
    public void Execute_RowThatOutgrowsItsMemory_GoesOn()
    {
        int[] prompt = [.. Enumerable.Range(3, 250)];
        ConcurrentSequences.Script script = new(prompt, 0, 100, 20);
        using OnnxRuntimeModelRunner host = Open("fp32");
        using OnnxRuntimeModelRunner rows = Open("fp32", place: TensorPlace.DeviceRows);

        Assert.Equal(new ConcurrentSequences(host).Run([script])[0], new ConcurrentSequences(rows).Run([script])[0]);
    }

    [Fact]
    public void Execute_AfterTheDeviceWasLost_OpensTheModelAgain()
    {
        using OnnxRuntimeModelRunner runner = Open("int4");
        ConcurrentSequences.Script script = new([5, 6, 7], 0, 3, 4);
        int[] before = new ConcurrentSequences(runner).Run([script])[0];

        GenerationException exception = runner.Failed(new IOException("CUDA failure 700: an illegal memory access was encountered"));

        Assert.Equal(GenerationError.ModelFailed, exception.Error);
        Assert.Contains("The device cpu was lost", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, new ConcurrentSequences(runner).Run([script])[0]);
    }

    internal static OnnxRuntimeModelRunner Open(string folder, Action<LlmEngineOptions>? configure = null, TensorPlace? place = null)
    {
        LlmEngineOptions options = new() { Model = SharedData.PathOf($"genai-fixtures/{folder}"), Threads = 1, KVCacheBytes = 1 << 26 };
        configure?.Invoke(options);
        return (OnnxRuntimeModelRunner)OnnxRuntimeModelRunner.Create(ModelDirectory.Open(options.Model), options, new OnnxRuntimeOptions { Place = place });
    }
}
