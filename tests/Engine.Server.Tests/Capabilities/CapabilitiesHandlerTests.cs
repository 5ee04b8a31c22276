using System.Text.Json;
using Engine.Server.Tests.Support;

namespace Engine.Server.Tests.Capabilities;

public sealed class CapabilitiesHandlerTests
{
    /// <summary>The fields of the hosted API's own documentation.</summary>
    private static readonly string[] Documented =
    [
        "messages", "model", "stream", "stream_options", "max_completion_tokens", "max_tokens", "temperature", "top_p", "n", "stop", "seed", "logprobs", "top_logprobs",
        "logit_bias", "presence_penalty", "frequency_penalty", "response_format", "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call",
        "reasoning_effort", "prediction", "prompt_cache_key", "service_tier", "modalities", "verbosity", "user", "safety_identifier", "metadata", "store",
        "prompt_cache_retention", "prompt_cache_options", "audio", "web_search_options", "moderation",
    ];

    [Fact]
    public async Task Handle_ChatFields_AnswersForEveryDocumentedOne()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        JsonElement fields = (await server.SendAsync(HttpMethod.Get, "/v1/capabilities")).Json.GetProperty("endpoints").GetProperty("/v1/chat/completions").GetProperty("fields");

        Assert.Equal(37, Documented.Length);
        Assert.All(Documented, name => Assert.Contains(fields.GetProperty(name).GetString(), new[] { "honoured", "reported", "refused" }));
        Assert.Equal("honoured", fields.GetProperty("temperature").GetString());
        Assert.Equal("reported", fields.GetProperty("user").GetString());
        Assert.Equal("refused", fields.GetProperty("tools").GetString());
    }
}
