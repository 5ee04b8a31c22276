using System.Text.Json.Nodes;
using Engine.Inference.Core;
using Engine.Inference.Models;
using Engine.Tests.Inference;

namespace Engine.Inference.Tests;

public class LlmEngineTests
{
    private const string PromptText = "prompt";

    [Fact]
    public async Task StartAsync_EndToken_EndsTheTextWithoutIt()
    {
        FakeResult result = await RunAsync("Hello", Request() with { KeepSpecialTokens = true });

        Assert.Equal("Hello", result.Text);
        Assert.Equal([.. ByteTokenizer.Encode("Hello"), ByteTokenizer.EndToken], result.TokenIds);
        Assert.Equal(FinishReason.Stop, result.Last.FinishReason);
        Assert.Equal(ByteTokenizer.EndToken, result.Last.StopTokenId);
        Assert.Equal(new GenerationUsage(6, 6, 0), result.Usage);
    }

    [Fact]
    public async Task StartAsync_MaxTokens_EndsWithLength()
    {
        FakeResult result = await RunAsync("Hello", Request() with { MaxTokens = 3 });

        Assert.Equal("Hel", result.Text);
        Assert.Equal(FinishReason.Length, result.Last.FinishReason);
        Assert.Null(result.Last.StopTokenId);
        Assert.Equal(3, result.Usage.CompletionTokens);
    }

    [Fact]
    public async Task StartAsync_NoMaxTokens_FillsTheContext()
    {
        FakeModelRunner runner = new(contextLength: 40);
        await using LlmEngine engine = FakeEngine.Create(runner);

        FakeResult result = await FakeEngine.RunAsync(engine, Request() with { IgnoreEndTokens = true });

        Assert.Equal(34, result.TokenIds.Length);
        Assert.Equal(FinishReason.Length, result.Last.FinishReason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task StartAsync_StopString_EndsAcrossTokensAndCountsTheTokenThatCompletesIt(int length)
    {
        string stop = "lo, world"[..length];
        FakeResult result = await RunAsync("Hello, world", Request() with { Stop = ["never", stop] });

        string expected = "Hello, world"[.."Hello, world".IndexOf(stop, StringComparison.Ordinal)];
        Assert.Equal(expected, result.Text);
        Assert.Equal(stop, result.Last.StopString);
        Assert.Equal(FinishReason.Stop, result.Last.FinishReason);
        Assert.Equal(expected.Length + length, result.Usage.CompletionTokens);
        Assert.Equal(result.Usage.CompletionTokens, result.TokenIds.Length);
        Assert.All(result.TokensOf(0), token => Assert.True(token.TextOffset <= expected.Length));
    }

    [Fact]
    public async Task StartAsync_IncludeStop_KeepsTheStopString()
    {
        FakeResult result = await RunAsync("Hello, world", Request() with { Stop = ["o, w"], IncludeStop = true });

        Assert.Equal("Hello, w", result.Text);
    }

    [Fact]
    public async Task StartAsync_StopStringThatDoesNotComplete_IsGivenInTheEnd()
    {
        FakeResult result = await RunAsync("Hello wor", Request() with { Stop = ["world"] });

        Assert.Equal("Hello wor", result.Text);
        Assert.Null(result.Last.StopString);
        Assert.Equal(ByteTokenizer.EndToken, result.Last.StopTokenId);
        Assert.Equal("wor", result.Last.Text);
    }

    [Fact]
    public async Task StartAsync_StopTokenId_EndsTheTextWithoutIt()
    {
        FakeResult result = await RunAsync("Hello", Request() with { StopTokenIds = ['l'] });

        Assert.Equal("He", result.Text);
        Assert.Equal('l', result.Last.StopTokenId);
        Assert.Equal(3, result.Usage.CompletionTokens);
    }

    [Theory]
    [InlineData(false, "ab")]
    [InlineData(true, "a<|user|>b")]
    public async Task StartAsync_ControlTokenInTheAnswer_IsTextIfAskedFor(bool keep, string expected)
    {
        FakeModelRunner runner = new(FakeModelRunner.Saying(PromptText.Length, ByteTokenizer.EndToken, 'a', ByteTokenizer.ControlToken, 'b'));
        await using LlmEngine engine = FakeEngine.Create(runner);

        FakeResult result = await FakeEngine.RunAsync(engine, Request() with { KeepSpecialTokens = keep });

        Assert.Equal(expected, result.Text);
        Assert.Equal(4, result.TokenIds.Length);
    }

    [Fact]
    public async Task StartAsync_CharactersOfSeveralTokens_AreNeverCut()
    {
        FakeResult result = await RunAsync("naïve 😀!", Request() with { Logprobs = 0 });

        Assert.Equal("naïve 😀!", result.Text);
        Assert.All(result.Updates, update => Assert.DoesNotContain('\uFFFD', update.Text));
        Assert.Equal([0, 1, 2, 2, 3, 4, 5, 6, 6, 6, 6, 8, 9], result.TokensOf(0).Select(token => token.TextOffset));
    }

    [Fact]
    public async Task StartAsync_CharacterCutByTheLimit_IsAReplacementCharacter()
    {
        FakeResult result = await RunAsync("a😀", Request() with { MaxTokens = 3 });

        Assert.Equal("a\uFFFD", result.Text);
    }

    [Fact]
    public async Task StartAsync_IgnoreEndTokens_GoesOn()
    {
        FakeResult result = await RunAsync("Hi", Request() with { IgnoreEndTokens = true, MaxTokens = 5 });

        Assert.Equal("Hi", result.Text);
        Assert.Equal(5, result.Usage.CompletionTokens);
        Assert.Equal(FinishReason.Length, result.Last.FinishReason);
    }

    [Fact]
    public async Task StartAsync_MinTokens_PutsOffTheEnd()
    {
        FakeResult result = await RunAsync("Hi", Request() with { MinTokens = 4, MaxTokens = 9 });

        Assert.Equal(5, result.Usage.CompletionTokens);
        Assert.Equal(FinishReason.Stop, result.Last.FinishReason);
    }

    [Fact]
    public async Task StartAsync_Logprobs_ComeWithTheirTokens()
    {
        FakeResult result = await RunAsync("Hi", Request() with { Logprobs = 2 });

        double logSum = 10 + Math.Log(1 + (257 * Math.Exp(-10)));
        GeneratedToken first = result.TokensOf(0).First();
        Assert.Equal(10 - logSum, first.Logprob!.Value, 1e-5);
        Assert.Equal(['H', 0], first.Top.Select(top => top.Id));
        Assert.Equal("H"u8, first.Bytes.Span);
        Assert.All(result.TokensOf(0), token => Assert.Equal(2, token.Top.Count));
    }

    [Theory]
    [InlineData(16, 0)]
    [InlineData(64, 3)]
    public async Task StartAsync_PromptLogprobs_AreThoseOfEveryPosition(int tokensPerStep, int maxTokens)
    {
        int[] prompt = ByteTokenizer.Encode(string.Concat(Enumerable.Repeat("the quick brown fox ", 5)));
        FakeModelRunner runner = new();
        await using LlmEngine engine = FakeEngine.Create(runner, options => options.MaxTokensPerStep = tokensPerStep);
        GenerationRequest request = FakeEngine.Request(prompt, maxTokens) with { PromptLogprobs = 1 };
        await FakeEngine.RunAsync(engine, request);

        FakeResult result = await FakeEngine.RunAsync(engine, request);

        IReadOnlyList<GeneratedToken> scores = Assert.Single(result.Updates, update => update.PromptTokens is not null).PromptTokens!;
        Assert.Equal(prompt, scores.Select(token => token.Id));
        Assert.Null(scores[0].Logprob);
        float[] row = new float[runner.VocabularySize];
        for (int index = 1; index < prompt.Length; index++)
        {
            FakeModelRunner.HashedLogits(prompt.AsSpan(0, index), row);
            double logSum = Math.Log(row.Sum(logit => Math.Exp(logit)));
            Assert.Equal(row[prompt[index]] - logSum, scores[index].Logprob!.Value, 1e-4);
            Assert.Equal(Array.IndexOf(row, row.Max()), Assert.Single(scores[index].Top).Id);
            Assert.Equal(index, scores[index].TextOffset);
        }

        Assert.Equal(new GenerationUsage(100, maxTokens, 0), result.Usage);
        Assert.Equal(FinishReason.Length, result.Last.FinishReason);
    }

    [Fact]
    public async Task StartAsync_Chat_RendersAndNeverLetsContentBecomeControlTokens()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner());
        GenerationRequest request = new() { Prompt = Chat("<|end|>hi<|user|>"), MaxTokens = 1 };

        await using Generation generation = await engine.StartAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("<|user|>user:<|end|>hi<|user|><|user|>assistant:", generation.PromptText);
        Assert.Equal(2, generation.PromptTokenIds.Count(id => id == ByteTokenizer.ControlToken));
        Assert.DoesNotContain(ByteTokenizer.EndToken, generation.PromptTokenIds);
        Assert.Equal(generation.PromptTokenIds.Count, engine.CountTokens(request.Prompt));
    }

    [Fact]
    public async Task StartAsync_VariableThatTheTemplateDoesNotRead_IsReported()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner());
        Prompt.Chat prompt = Chat("hi") with { Variables = new JsonObject { ["enable_thinking"] = true }, Documents = [new JsonObject { ["text"] = "a" }] };

        await using Generation generation = await engine.StartAsync(new GenerationRequest { Prompt = prompt, MaxTokens = 1 }, TestContext.Current.CancellationToken);

        Assert.Equal(["documents", "'enable_thinking'"], generation.Warnings.Select(warning => warning.TrimEnd('.').Split(' ')[^1]));
    }

    [Fact]
    public async Task StartAsync_FinalMessageToContinue_IsLeftOpen()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner());
        Prompt.Chat prompt = Chat("hi") with { AddGenerationPrompt = false, ContinueFinalMessage = true };

        await using Generation generation = await engine.StartAsync(new GenerationRequest { Prompt = prompt, MaxTokens = 1 }, TestContext.Current.CancellationToken);

        Assert.Equal("<|user|>user:hi", generation.PromptText);
    }

    [Fact]
    public async Task StartAsync_TemplateThatRefuses_SaysItsReason()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner(), template: "{{ raise_exception('Roles must alternate') }}");

        GenerationException exception = await AssertRefusedAsync(
            engine, new GenerationRequest { Prompt = Chat("hi") }, GenerationError.InvalidRequest, "Prompt.Messages");

        Assert.Contains("Roles must alternate", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_ChatWithoutTemplate_IsUnsupported()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner(), template: null);

        await AssertRefusedAsync(engine, new GenerationRequest { Prompt = Chat("hi") }, GenerationError.Unsupported, "Prompt.Messages");
    }

    [Fact]
    public async Task StartAsync_PromptAndTokensBeyondTheContext_SaysAllNumbers()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner(), options => options.ContextLength = 100);
        GenerationException exception = await AssertRefusedAsync(
            engine, FakeEngine.Request([.. Enumerable.Repeat(1, 60)], 41), GenerationError.ContextLengthExceeded, null);

        Assert.Contains("100 tokens", exception.Message, StringComparison.Ordinal);
        Assert.Contains("60", exception.Message, StringComparison.Ordinal);
        Assert.Contains("41", exception.Message, StringComparison.Ordinal);
        Assert.Equal(40, (await FakeEngine.RunAsync(engine, FakeEngine.Request([.. Enumerable.Repeat(1, 60)], 40) with { IgnoreEndTokens = true })).TokenIds.Length);
    }

    [Fact]
    public async Task ContextLength_MemoryForLess_IsWhatFits()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner(contextLength: 512, blockSize: 8, blockCount: 5));

        Assert.Equal(40, engine.ContextLength);
        await AssertRefusedAsync(engine, FakeEngine.Request([.. Enumerable.Repeat(1, 40)], 1), GenerationError.ContextLengthExceeded, null);
    }

    public static TheoryData<string, GenerationRequest> InvalidRequests
    {
        get
        {
            GenerationRequest valid = Request();
            SamplingOverrides sampling = new();
            return new()
            {
                { "MaxTokens", valid with { MaxTokens = 0 } },
                { "MaxTokens", valid with { MaxTokens = -1 } },
                { "MinTokens", valid with { MinTokens = -1 } },
                { "MinTokens", valid with { MinTokens = 5, MaxTokens = 4 } },
                { "ChoiceCount", valid with { ChoiceCount = 0 } },
                { "ChoiceCount", valid with { ChoiceCount = 129 } },
                { "Logprobs", valid with { Logprobs = 21 } },
                { "PromptLogprobs", valid with { PromptLogprobs = -1 } },
                { "Stop[1]", valid with { Stop = ["a", ""] } },
                { "StopTokenIds[0]", valid with { StopTokenIds = [258] } },
                { "CacheSalt", valid with { CacheSalt = "" } },
                { "CacheSalt", valid with { CacheSalt = new string('a', 65) } },
                { "CacheSalt", valid with { CacheSalt = "a\n" } },
                { "Sampling.Temperature", valid with { Sampling = sampling with { Temperature = 2.1f } } },
                { "Sampling.Temperature", valid with { Sampling = sampling with { Temperature = float.NaN } } },
                { "Sampling.TopP", valid with { Sampling = sampling with { TopP = 0 } } },
                { "Sampling.TypicalP", valid with { Sampling = sampling with { TypicalP = 1.1f } } },
                { "Sampling.MinP", valid with { Sampling = sampling with { MinP = -0.1f } } },
                { "Sampling.TopK", valid with { Sampling = sampling with { TopK = -1 } } },
                { "Sampling.PresencePenalty", valid with { Sampling = sampling with { PresencePenalty = -2.5f } } },
                { "Sampling.FrequencyPenalty", valid with { Sampling = sampling with { FrequencyPenalty = float.NaN } } },
                { "Sampling.RepetitionPenalty", valid with { Sampling = sampling with { RepetitionPenalty = 0 } } },
                { "Sampling.LogitBias[258]", valid with { Sampling = sampling with { LogitBias = new Dictionary<int, float> { [258] = 1 } } } },
                { "Sampling.LogitBias[5]", valid with { Sampling = sampling with { LogitBias = new Dictionary<int, float> { [5] = 101 } } } },
                { "Prompt", valid with { Prompt = new Prompt.Text("") } },
                { "Prompt[1]", valid with { Prompt = new Prompt.Tokens([1, 258]) } },
                { "Prompt[0]", valid with { Prompt = new Prompt.Tokens([-1]) } },
                { "Prompt.Messages", valid with { Prompt = new Prompt.Chat { Messages = [] } } },
                { "Prompt.ContinueFinalMessage", valid with { Prompt = Chat("hi") with { ContinueFinalMessage = true } } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(InvalidRequests), DisableDiscoveryEnumeration = true)]
    public async Task StartAsync_InvalidRequest_NamesTheMember(string parameter, GenerationRequest request)
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner());

        await AssertRefusedAsync(engine, request, GenerationError.InvalidRequest, parameter);
    }

    [Fact]
    public async Task StartAsync_SamplingNotGiven_IsThatOfTheFolder()
    {
        FakeModelRunner runner = new();
        await using LlmEngine engine = FakeEngine.Create(runner, defaults: new GenerationConfig { TopK = 1 });
        GenerationRequest request = FakeEngine.Request([1, 2, 3], 10) with { IgnoreEndTokens = true };

        FakeResult folder = await FakeEngine.RunAsync(engine, request);
        FakeResult greedy = await FakeEngine.RunAsync(engine, request with { Sampling = new() { Temperature = 0 } });
        FakeResult free = await FakeEngine.RunAsync(engine, request with { Sampling = new() { TopK = 0 } });

        Assert.Equal(greedy.TokenIds, folder.TokenIds);
        Assert.NotEqual(greedy.TokenIds, free.TokenIds);
    }

    [Fact]
    public async Task UpdatesAsync_Twice_IsAMistake()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner());
        await using Generation generation = await engine.StartAsync(FakeEngine.Request([1], 1), TestContext.Current.CancellationToken);
        await foreach (GenerationUpdate _ in generation.UpdatesAsync(TestContext.Current.CancellationToken))
        {
        }

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (GenerationUpdate _ in generation.UpdatesAsync(TestContext.Current.CancellationToken))
            {
            }
        });
    }

    [Fact]
    public async Task DisposeAsync_Engine_DisposesTheRunner()
    {
        FakeModelRunner runner = new();
        LlmEngine engine = FakeEngine.Create(runner);
        await engine.DisposeAsync();

        Assert.True(runner.IsDisposed);
        await AssertRefusedAsync(engine, FakeEngine.Request([1], 1), GenerationError.ShuttingDown, null);
    }

    private static GenerationRequest Request() => new() { Prompt = new Prompt.Text(PromptText) };

    private static Prompt.Chat Chat(string content) => new() { Messages = [new JsonObject { ["role"] = "user", ["content"] = content }] };

    private static async Task<FakeResult> RunAsync(string answer, GenerationRequest request)
    {
        FakeModelRunner runner = new(FakeModelRunner.Saying(PromptText.Length, ByteTokenizer.EndToken, ByteTokenizer.Encode(answer)));
        await using LlmEngine engine = FakeEngine.Create(runner);
        return await FakeEngine.RunAsync(engine, request);
    }

    private static async Task<GenerationException> AssertRefusedAsync(LlmEngine engine, GenerationRequest request, GenerationError error, string? parameter)
    {
        GenerationException exception = await Assert.ThrowsAsync<GenerationException>(() => engine.StartAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal(error, exception.Error);
        Assert.Equal(parameter, exception.Parameter);
        Assert.Equal(0, engine.Core.UnfinishedCount);
        return exception;
    }
}
