using Engine.Inference;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Engine.Tests;

namespace Engine.GenAI.Tests;

/// <summary>The runner over a tiny model of the shared data: what a plan may ask for.</summary>
public class GenAIModelRunnerTests
{
    private static readonly int[] Prompt = [1, 17, 42, 99, 200, 7, 63, 128, 250, 31, 5];

    [Fact]
    public void Execute_RowsOfEveryToken_EqualTheLastRowsOfShorterPrompts()
    {
        using IModelRunner runner = Open("fp32");
        RunnerProbe probe = new(runner);
        probe.Begin();
        float[][] rows = probe.Append(Prompt, Prompt.Length);

        for (int length = 1; length <= Prompt.Length; length++)
        {
            probe.Begin();
            AssertNear(rows[length - 1], probe.Append(Prompt.AsSpan(0, length), 1)[0]);
        }
    }

    [Fact]
    public void Execute_SequencesInTurns_DoNotDisturbEachOther()
    {
        using IModelRunner runner = Open("fp32");
        float[] expected = Alone(runner, Prompt);
        float[] other = Alone(runner, [.. Prompt.Reverse()]);
        StepPlan plan = new();
        float[] logits = new float[2 * runner.VocabularySize];
        plan.Add(100, Prompt.AsSpan(0, 4), 0, 0, [1]);
        plan.Add(101, Prompt.Reverse().Take(5).ToArray(), 0, 0, [0]);
        runner.Execute(plan, []);
        plan.Clear();
        plan.Add(101, Prompt.Reverse().Skip(5).ToArray(), 5, 1, [0]);
        plan.Add(100, Prompt.AsSpan(4), 4, 1, [1]);
        runner.Execute(plan, logits);

        AssertNear(other, logits.AsSpan(..runner.VocabularySize));
        AssertNear(expected, logits.AsSpan(runner.VocabularySize..));
    }

    [Theory]
    [InlineData("genai-fixtures/fp32")]
    [InlineData("model-zoo/lfm2-cpu-fp32")]
    [InlineData("model-zoo/qwen35-cpu-fp32")]
    [InlineData("model-zoo/gemma3-cpu-fp32")]
    [InlineData("model-zoo/phi4mini-cpu-fp16")]
    [InlineData("model-zoo/llama3-cpu-int4-prune")]
    public void Execute_TokensTakenBack_AreForgotten(string folder)
    {
        using IModelRunner runner = StoriesFolder.Open(SharedData.PathOf(folder), options => options.Device = ExecutionDevice.Cpu);
        int[] prompt = [.. Enumerable.Range(0, 20).Select(i => 8 + (i * 13 % 60))];
        float[] expected = Alone(runner, prompt);
        StepPlan plan = new();
        float[] logits = new float[3 * runner.VocabularySize];
        int[] wrong = [.. prompt[..17], 9, 9, 9];
        plan.Add(7, wrong, 0, 3, [0]);
        runner.Execute(plan, logits);
        plan.Clear();
        plan.Add(7, prompt.AsSpan(17), 17, 3, [0]);
        runner.Execute(plan, logits);

        AssertNear(expected, logits.AsSpan(^runner.VocabularySize..));
    }

    [Fact]
    public void Execute_SameTokensAgain_AreNotComputedAgain()
    {
        using IModelRunner runner = Open("fp32");
        StepPlan plan = new();
        float[] first = new float[runner.VocabularySize];
        plan.Add(3, Prompt, 0, 1, [0]);
        runner.Execute(plan, first);
        plan.Clear();
        float[] again = new float[runner.VocabularySize];
        plan.Add(3, Prompt, 0, 1, [0]);
        runner.Execute(plan, again);

        AssertNear(first, again);
    }

    [Fact]
    public void Execute_PositionThatWasNeverComputed_IsAnError()
    {
        using IModelRunner runner = Open("fp32");
        StepPlan plan = new();
        plan.Add(3, Prompt, 5, 0, [0]);

        Assert.Throws<InvalidOperationException>(() => runner.Execute(plan, []));
    }

    [Fact]
    public void Execute_AfterAFailure_ServesTheNext()
    {
        using IModelRunner runner = Open("fp32");
        float[] expected = Alone(runner, Prompt);
        StepPlan plan = new();
        plan.Add(50, [1, 1_000_000], 0, 1, [0]);

        GenerationException error = Assert.Throws<GenerationException>(() => runner.Execute(plan, new float[runner.VocabularySize]));

        Assert.Equal(GenerationError.ModelFailed, error.Error);
        Assert.StartsWith("ONNX Runtime GenAI said: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(expected, Alone(runner, Prompt));
    }

    [Fact]
    public void Fingerprint_OfTheProcessor_NamesVersionAndDevice()
    {
        using IModelRunner runner = Open("fp32");

        Assert.Equal("genai-0.18.0-cpu", runner.Fingerprint);
        Assert.False(runner.KVCacheLayout.CanShareBlocks);
        Assert.Equal(runner.ContextLength, runner.KVCacheLayout.BlockSize);
    }

    private static IModelRunner Open(string fixture) => StoriesFolder.Open(SharedData.PathOf($"genai-fixtures/{fixture}"));

    private static float[] Alone(IModelRunner runner, int[] prompt)
    {
        float[] logits = new float[runner.VocabularySize];
        StepPlan plan = new();
        plan.Add(Random.Shared.NextInt64(1000, long.MaxValue), prompt, 0, 1, [0]);
        runner.Execute(plan, logits);
        return logits;
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        float largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i] - actual[i]));
        }

        Assert.True(largest < 1e-3f, $"The logits differ by {largest}.");
    }
}
