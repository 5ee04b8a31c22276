using System.Diagnostics;
using System.Globalization;
using Engine.GenAI;
using Engine.Inference;
using Engine.Tests;

namespace Engine.Conformance.Tests.GenAI;

/// <summary>Many requests, some of them given up: memory of the process, native memory included, does not grow.</summary>
public class GenAISoakTests
{
    private const int WarmUp = 1000;
    private const int Requests = 1000;
    private const int AtATime = 8;
    private const long Slack = 16L << 20;

    [Fact]
    public async Task Requests_AThousand_LeaveMemoryAsItWas()
    {
        await using LlmEngine engine = await LlmEngine.LoadAsync(
            new LlmEngineOptions { Model = SharedData.PathOf("models/stories260K-fp32"), Threads = 2, Runner = GenAIModelRunner.Create }, cancellationToken: TestContext.Current.CancellationToken);
        await RunAsync(engine, 0, WarmUp);
        long before = Memory();

        await RunAsync(engine, WarmUp, Requests);

        long after = Memory();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{before >> 10} KiB after {WarmUp} requests, {after >> 10} KiB after {Requests} more"));
        Assert.True(after - before < Slack, $"The process took {(after - before) >> 20} MiB more.");
    }

    private static async Task RunAsync(LlmEngine engine, int first, int count)
    {
        for (int index = first; index < first + count; index += AtATime)
        {
            await Task.WhenAll(Enumerable.Range(index, AtATime).Select(number => RunOneAsync(engine, number)));
        }
    }

    private static async Task RunOneAsync(LlmEngine engine, int number)
    {
        GenerationRequest request = new()
        {
            Prompt = new Prompt.Text($"Once upon a time there were {number} friends" + new string('!', number % 50)),
            MaxTokens = 8 + (number % 60),
            IgnoreEndTokens = true,
            Sampling = new SamplingOverrides { Temperature = 0.8f, Seed = (ulong)number },
        };
        await using Generation generation = await engine.StartAsync(request, TestContext.Current.CancellationToken);
        int tokens = 0;
        await foreach (GenerationUpdate update in generation.UpdatesAsync(TestContext.Current.CancellationToken))
        {
            tokens += update.Tokens.Count;
            if (number % 7 == 0 && tokens > 4)
            {
                // Given up half way.
                return;
            }
        }
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
