using System.Globalization;
using System.Numerics.Tensors;
using Engine.Inference.Runners;
using Engine.Tests;

namespace Engine.Conformance.Tests.Runners;

/// <summary>
/// The default model against transformers' own float results. A part of the goldens is compared; the environment variable
/// <c>ENGINE_ALL_GOLDENS=1</c> compares all of them.
/// </summary>
public class DefaultModelTests
{
    private static readonly bool All = Environment.GetEnvironmentVariable("ENGINE_ALL_GOLDENS") == "1";

    private static string Folder => Path.Combine(SharedData.Repository, "models/default");

    public static TheoryData<string, int?> Precisions => [.. RunnerUnderTest.Precisions];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Logits_WholeRows_AreNearTheGoldens(string runner, int? accuracyLevel)
    {
        DefaultModelGoldens goldens = DefaultModelGoldens.Load();
        using IModelRunner opened = RunnerUnderTest.Open(runner, Folder, options => options.AccuracyLevel = accuracyLevel);
        RunnerProbe probe = new(opened);
        foreach (DefaultModelGoldens.Row row in goldens.Rows.Where(row => All || row.Of != "long"))
        {
            probe.Begin();
            float[] logits = probe.Append(row.Ids.AsSpan(0, row.Index + 1), 1, chunk: 512)[0];
            if (accuracyLevel == 4)
            {
                Assert.True(TensorPrimitives.CosineSimilarity<float>(logits, row.Logits) >= 0.998, $"{row.Of}, row {row.Index}: the cosine is below 0.998.");
                continue;
            }

            float[] difference = new float[logits.Length];
            TensorPrimitives.Subtract(logits, row.Logits, difference);
            float largest = MathF.Abs(TensorPrimitives.MaxMagnitude<float>(difference));
            Assert.True(largest <= 2e-3f, $"{row.Of}, row {row.Index}: off by {largest}.");
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Greedy_TeacherForced_ChoosesTheGoldenTokens(string runner, int? accuracyLevel)
    {
        DefaultModelGoldens goldens = DefaultModelGoldens.Load();
        using IModelRunner opened = RunnerUnderTest.Open(runner, Folder, options => options.AccuracyLevel = accuracyLevel);
        RunnerProbe probe = new(opened);
        (int steps, int different, float largestMargin) = (0, 0, 0);
        foreach (DefaultModelGoldens.Conversation conversation in goldens.Conversations.Take(All || accuracyLevel == 4 ? int.MaxValue : 6))
        {
            probe.Begin();
            float[][] rows = probe.Append([.. conversation.Ids, .. conversation.Greedy[..^1]], conversation.Greedy.Length);
            for (int i = 0; i < rows.Length; i++, steps++)
            {
                if (TensorPrimitives.IndexOfMax<float>(rows[i]) != conversation.Greedy[i])
                {
                    different++;
                    largestMargin = Math.Max(largestMargin, conversation.Margins[i]);
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{different} of {steps} differ, largest margin {largestMargin}");
        Assert.True(largestMargin < (accuracyLevel == 4 ? 0.6f : 0.004f), $"A token with margin {largestMargin} differs.");
        Assert.True(accuracyLevel != 4 || different <= 40, $"{different} of {steps} tokens differ.");
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Greedy_FreeRunning_StaysEqualUpToTheFirstNearTie(string runner, int? accuracyLevel)
    {
        Assert.SkipWhen(accuracyLevel == 4, "the goldens have no bound for int8 activations");
        DefaultModelGoldens goldens = DefaultModelGoldens.Load();
        using IModelRunner opened = RunnerUnderTest.Open(runner, Folder, options => options.AccuracyLevel = accuracyLevel);
        RunnerProbe probe = new(opened);
        foreach (DefaultModelGoldens.Conversation conversation in goldens.Conversations.Take(All ? int.MaxValue : 2))
        {
            probe.Begin();
            int[] tokens = probe.Greedy(probe.Append(conversation.Ids, 1)[0], conversation.Greedy.Length);
            int certain = Array.FindIndex(conversation.Margins, margin => margin < 0.004f);
            certain = certain < 0 ? tokens.Length : certain;
            Assert.Equal(conversation.Greedy[..certain], tokens[..certain]);
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Logprobs_WikiText_KeepPerplexityAndRanking(string runner, int? accuracyLevel)
    {
        DefaultModelGoldens goldens = DefaultModelGoldens.Load();
        using IModelRunner opened = RunnerUnderTest.Open(runner, Folder, options => options.AccuracyLevel = accuracyLevel);
        RunnerProbe probe = new(opened);
        (double loss, double goldenLoss, double difference, int equal, int positions, int targets) = (0, 0, 0, 0, 0, 0);
        foreach (DefaultModelGoldens.Window window in goldens.Windows.Take(All ? int.MaxValue : runner == "onnxruntime" ? 1 : 2))
        {
            probe.Begin();
            float[][] rows = probe.Append(window.Ids, window.Ids.Length);
            for (int i = 0; i < rows.Length; i++, positions++)
            {
                equal += TensorPrimitives.IndexOfMax<float>(rows[i]) == window.Top1[i] ? 1 : 0;
                if (i + 1 < rows.Length)
                {
                    double logprob = LogProbability(rows[i], window.Ids[i + 1]);
                    loss -= logprob;
                    goldenLoss -= window.TargetLogprobs[i];
                    difference += Math.Abs(logprob - window.TargetLogprobs[i]);
                    targets++;
                }
            }
        }

        double ratio = Math.Exp((loss - goldenLoss) / targets);
        string figures = string.Create(CultureInfo.InvariantCulture, $"perplexity ratio {ratio:F6}, equal ids {(double)equal / positions:P2}, mean difference {difference / targets:G3}");
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        bool int8 = accuracyLevel == 4;
        Assert.True(int8 ? ratio <= 1.01 : Math.Abs(ratio - 1) <= 2e-4, figures);
        Assert.True(equal >= (int8 ? 0.955 : 0.999) * positions, figures);
        Assert.True(difference / targets <= (int8 ? 0.07 : 2e-4), figures);
    }

    private static double LogProbability(ReadOnlySpan<float> row, int id)
    {
        double max = TensorPrimitives.Max(row);
        double sum = 0;
        foreach (float logit in row)
        {
            sum += Math.Exp(logit - max);
        }

        return row[id] - max - Math.Log(sum);
    }
}
