using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Engine.Onnx;
using Engine.Tests;

namespace Engine.GenAI.Tests;

/// <summary>What a slot makes good that a generator cannot do, on a tiny model.</summary>
public class SequenceSlotTests
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 60).Select(i => 8 + (i * 37 % 200))];

    [Fact]
    public void Execute_BeyondTheRoom_GoesOnInALargerOne()
    {
        using IModelRunner runner = StoriesFolder.Open(SharedData.PathOf("genai-fixtures/fp32"));
        StepPlan plan = new();
        float[] grown = new float[runner.VocabularySize];
        for (int position = 0; position < Tokens.Length; position += 10)
        {
            // Each step says that it is the last: the room is never larger than what is there.
            plan.Clear();
            plan.Add(1, Tokens.AsSpan(position, 10), position, 1, [0], position + 10, position + 10);
            runner.Execute(plan, grown);
        }

        AssertNear(Whole(runner), grown);
    }

    [Fact]
    public void Execute_RotaryBorder_ComputesAllOfItAsOne()
    {
        const int Border = 33;
        using GenAIModel model = Model("model-zoo/phi3-cpu-fp32");
        int[] tokens = [.. Tokens.Select(token => 8 + (token % 200))];
        float[] whole = new float[model.Signature.VocabularySize];
        using (SequenceSlot slot = new(128, maxTokensPerRun: 128))
        {
            Step(slot, model, tokens, 0, 48, whole);
        }

        model.RotaryBorder = Border;
        float[] inPieces = new float[whole.Length];
        using (SequenceSlot slot = new(128, maxTokensPerRun: 7))
        {
            Step(slot, model, tokens, 0, 40, inPieces);
            Step(slot, model, tokens, 40, 8, inPieces);
        }

        float[] oneByOne = new float[whole.Length];
        using (SequenceSlot slot = new(128, maxTokensPerRun: 128))
        {
            Step(slot, model, tokens, 0, 20, oneByOne);
            for (int position = 20; position < 48; position++)
            {
                Step(slot, model, tokens, position, 1, oneByOne);
            }
        }

        AssertNear(whole, inPieces);
        AssertNear(whole, oneByOne);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Execute_WhereGenAICannotContinue_ForcesTokensThroughItsSearch(bool endsInBetween)
    {
        using GenAIModel model = Model("genai-fixtures/fp32");
        int[] tokens = [.. Tokens];
        tokens[30] = endsInBetween ? model.EndTokenIds[0] : tokens[30];
        float[] expected = new float[model.Signature.VocabularySize];
        using (SequenceSlot slot = new(512, 512))
        {
            Step(slot, model, tokens, 0, 40, expected);
        }

        model.CanContinue = model.TakesPieces = false;
        float[] forced = new float[expected.Length];
        using (SequenceSlot slot = new(512, 512))
        {
            Step(slot, model, tokens, 0, 10, []);
            Step(slot, model, tokens, 10, 15, forced);
            for (int position = 25; position < 40; position++)
            {
                Step(slot, model, tokens, position, 1, forced);
            }
        }

        AssertNear(expected, forced);
    }

    private static void Step(SequenceSlot slot, GenAIModel model, int[] tokens, int position, int count, float[] logits) =>
        slot.Execute(model, new ScheduledSequence(9, 0, count, position, logits.Length > 0 ? 1 : 0, 0, 1, 0, 0), tokens.AsSpan(position, count), logits);

    private static GenAIModel Model(string folder)
    {
        NativeLibraries.Use(folder: null);
        ModelDirectory directory = ModelDirectory.Open(SharedData.PathOf(folder));
        using OnnxModel graph = OnnxModel.Load(directory.ModelFile);
        return GenAIModel.Open(directory, ModelSignature.Create(directory, graph.Inputs, graph.Outputs), new LlmEngineOptions { Model = directory.Path, Threads = 2 });
    }

    private static float[] Whole(IModelRunner runner)
    {
        float[] logits = new float[runner.VocabularySize];
        StepPlan plan = new();
        plan.Add(2, Tokens, 0, 1, [0]);
        runner.Execute(plan, logits);
        return logits;
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        float largest = expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.True(largest < 1e-3f, $"The logits differ by {largest}.");
    }
}
