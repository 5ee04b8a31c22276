using System.ClientModel;
using Engine.Inference;
using Engine.Server.Tests.Support;
using OpenAI;
using OpenAI.Chat;

namespace Engine.Server.Tests.Clients;

/// <summary>The official client of .NET, unmodified.</summary>
public sealed class OpenAIDotNetClientTests
{
    [Fact]
    public async Task CompleteChat_Whole_GivesTextUsageAndReason()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        ChatCompletion completion = await Client(server).CompleteChatAsync(
            [new SystemChatMessage("Be brief."), new UserChatMessage("Hi")],
            new ChatCompletionOptions { MaxOutputTokenCount = 20, Temperature = 0, IncludeLogProbabilities = true, TopLogProbabilityCount = 2, StopSequences = { "END" } },
            TestContext.Current.CancellationToken);

        Assert.Equal("Hello, world!", completion.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, completion.FinishReason);
        Assert.Equal((3, 4, 7), (completion.Usage.InputTokenCount, completion.Usage.OutputTokenCount, completion.Usage.TotalTokenCount));
        Assert.Equal(1, completion.Usage.InputTokenDetails.CachedTokenCount);
        Assert.Equal(["Hello", ", ", "world!"], completion.ContentTokenLogProbabilities.Select(token => token.Token));
        Assert.Equal("fp_test", completion.SystemFingerprint);
        GenerationRequest request = Assert.Single(server.Model.Requests);
        Assert.Equal((20, 0f, 2), (request.MaxTokens, request.Sampling.Temperature, request.Logprobs));
        Assert.Equal(["END"], request.Stop);
    }

    [Fact]
    public async Task CompleteChat_Streaming_GivesTextAsItComesAndUsage()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        List<string> pieces = [];
        ChatTokenUsage? usage = null;
        ChatFinishReason? reason = null;
        ChatMessageRole? role = null;

        await foreach (StreamingChatCompletionUpdate update in Client(server).CompleteChatStreamingAsync([new UserChatMessage("Hi")], null, TestContext.Current.CancellationToken))
        {
            pieces.AddRange(update.ContentUpdate.Select(part => part.Text).Where(text => text.Length > 0));
            usage ??= update.Usage;
            reason ??= update.FinishReason;
            role ??= update.Role;
        }

        Assert.Equal(["Hello", ", ", "world!"], pieces);
        Assert.Equal(7, usage?.TotalTokenCount);
        Assert.Equal(ChatFinishReason.Stop, reason);
        Assert.Equal(ChatMessageRole.Assistant, role);
    }

    [Fact]
    public async Task CompleteChat_WrongKey_ThrowsWithTheMessage()
    {
        await using ApiServer server = await ApiServer.StartAsync(options => options.ApiKeys.Add("right"));

        ClientResultException exception = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(server).CompleteChatAsync([new UserChatMessage("Hi")], null, TestContext.Current.CancellationToken));

        Assert.Equal(401, exception.Status);
        Assert.Contains("invalid_api_key", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListModels_TwoModels_GivesTheirIds()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        OpenAI.Models.OpenAIModelCollection models = await Api(server).GetOpenAIModelClient().GetModelsAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["default", "maker/small:q4"], models.Select(model => model.Id));
    }

    private static ChatClient Client(ApiServer server) => Api(server).GetChatClient("default");

    private static OpenAIClient Api(ApiServer server) => new(new ApiKeyCredential("wrong"), new OpenAIClientOptions { Endpoint = new Uri(server.Address, "/v1") });
}
