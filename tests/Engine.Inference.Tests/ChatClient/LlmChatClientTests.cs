using Engine.Tests.Inference;
using Microsoft.Extensions.AI;

namespace Engine.Inference.Tests.ChatClient;

public sealed class LlmChatClientTests : IAsyncLifetime
{
    private readonly FakeModelRunner _runner = new((prefix, row) =>
        FakeModelRunner.Saying(PromptLength(prefix), ByteTokenizer.EndToken, ByteTokenizer.Encode("Hello there"))(prefix, row));

    private LlmEngine _engine = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _engine = FakeEngine.Create(_runner);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task GetResponseAsync_Message_AnswersWithUsage()
    {
        using IChatClient client = _engine.AsChatClient();

        ChatResponse response = await client.GetResponseAsync("Hi", cancellationToken: Cancellation);

        Assert.Equal("Hello there", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("fake", response.ModelId);
        Assert.Equal(_engine.CountTokens(new Prompt.Chat { Messages = [new() { ["role"] = "user", ["content"] = "Hi" }] }), response.Usage!.InputTokenCount);
        Assert.Equal(12, response.Usage.OutputTokenCount);
        Assert.Equal(response.Usage.InputTokenCount + 12, response.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_Message_CoalescesToOneMessageAndOneUsage()
    {
        using IChatClient client = _engine.AsChatClient();

        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("Hi", cancellationToken: Cancellation))
        {
            updates.Add(update);
        }

        Assert.True(updates.Count > 1);
        Assert.Single(updates.SelectMany(update => update.Contents).OfType<UsageContent>());
        ChatResponse response = updates.ToChatResponse();
        Assert.Equal("Hello there", Assert.IsType<TextContent>(Assert.Single(Assert.Single(response.Messages).Contents)).Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(12, response.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task GetResponseAsync_MessagesWithoutContents_AreEmptyTexts()
    {
        using IChatClient client = _engine.AsChatClient();

        ChatResponse response = await client.GetResponseAsync(
            [new(ChatRole.System, []), new(ChatRole.User, []), new(ChatRole.Assistant, []), new(ChatRole.User, "Hi")], cancellationToken: Cancellation);

        Assert.Equal("Hello there", response.Text);
    }

    [Fact]
    public async Task GetResponseAsync_Options_ReachTheRequest()
    {
        using IChatClient client = _engine.AsChatClient();

        ChatResponse limited = await client.GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 3 }, Cancellation);
        ChatResponse stopped = await client.GetResponseAsync("Hi", new ChatOptions { StopSequences = ["the"], Instructions = "Be kind." }, Cancellation);
        ChatResponse banned = await client.GetResponseAsync(
            "Hi",
            new ChatOptions
            {
                MaxOutputTokens = 1,
                RawRepresentationFactory = _ => new GenerationRequest
                {
                    Prompt = new Prompt.Text(""),
                    Sampling = new() { LogitBias = new Dictionary<int, float> { ['H'] = -100, ['x'] = 5 } },
                },
                AdditionalProperties = new() { ["min_p"] = 0.5f, ["stream_options"] = "anything" },
            },
            Cancellation);

        Assert.Equal("Hel", limited.Text);
        Assert.Equal(ChatFinishReason.Length, limited.FinishReason);
        Assert.Equal("Hello ", stopped.Text);
        Assert.Equal("x", banned.Text);
    }

    public static TheoryData<string, ChatOptions> Unsupported => new()
    {
        { "ModelId", new() { ModelId = "other" } },
        { "ConversationId", new() { ConversationId = "c" } },
        { "Tools", new() { Tools = [new HostedWebSearchTool()] } },
        { "ToolMode", new() { ToolMode = ChatToolMode.RequireAny } },
        { "ResponseFormat", new() { ResponseFormat = ChatResponseFormat.Json } },
        { "AdditionalProperties[logit_bias]", new() { AdditionalProperties = new() { ["logit_bias"] = "{}" } } },
    };

    [Theory]
    [MemberData(nameof(Unsupported), DisableDiscoveryEnumeration = true)]
    public async Task GetResponseAsync_WhatIsNotBuilt_IsRefusedByName(string parameter, ChatOptions options)
    {
        using IChatClient client = _engine.AsChatClient();

        GenerationException exception = await Assert.ThrowsAsync<GenerationException>(() => client.GetResponseAsync("Hi", options, Cancellation));

        Assert.Equal(GenerationError.Unsupported, exception.Error);
        Assert.Equal(parameter, exception.Parameter);
    }

    [Fact]
    public async Task GetResponseAsync_Image_IsRefused()
    {
        using IChatClient client = _engine.AsChatClient();

        GenerationException exception = await Assert.ThrowsAsync<GenerationException>(
            () => client.GetResponseAsync([new(ChatRole.User, "a"), new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])], cancellationToken: Cancellation));

        Assert.Equal("Prompt.Messages[1]", exception.Parameter);
    }

    [Fact]
    public void GetService_MetadataAndEngine_AreGiven()
    {
        using IChatClient client = _engine.AsChatClient();

        Assert.Equal("fake", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Same(_engine, client.GetService<LlmEngine>());
        Assert.Null(client.GetService(typeof(LlmEngine), "key"));
    }

    // The answer begins behind the last "assistant:".
    private static int PromptLength(ReadOnlySpan<int> prefix)
    {
        int[] opening = ByteTokenizer.Encode("assistant:");
        return prefix.LastIndexOf(opening) + opening.Length;
    }
}
