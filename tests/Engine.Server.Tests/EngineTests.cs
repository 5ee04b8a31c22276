using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Engine.Inference;
using Engine.Server.Tests.ChatCompletions;
using Engine.Server.Tests.Support;
using Engine.Tests.Inference;

namespace Engine.Server.Tests;

/// <summary>The API over real engines whose model is a fake: what the two promise together.</summary>
public sealed class EngineTests
{
    private const string Story = "\"messages\":[{\"role\":\"user\",\"content\":\"Tell a story.\"}],\"model\":\"fake\"";

    [Fact]
    public async Task Chat_WholeAndStreamed_AreEqual()
    {
        await using ApiServer server = await StartAsync();

        Answer whole = await ChatAsync(server, ",\"max_tokens\":40,\"n\":2,\"seed\":3,\"temperature\":1.2,\"logprobs\":true,\"top_logprobs\":2,\"return_token_ids\":true");
        JsonElement[] events = ChatCompletionsHandlerTests.Events(
            await ChatAsync(server, ",\"max_tokens\":40,\"n\":2,\"seed\":3,\"temperature\":1.2,\"logprobs\":true,\"top_logprobs\":2,\"return_token_ids\":true,\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

        for (int choice = 0; choice < 2; choice++)
        {
            JsonElement expected = whole.Json.GetProperty("choices")[choice];
            JsonElement[] deltas = [.. events.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()).Where(delta => delta.GetProperty("index").GetInt32() == choice)];
            Assert.Equal(
                expected.GetProperty("message").GetProperty("content").GetString(),
                string.Concat(deltas.Select(delta => delta.GetProperty("delta").TryGetProperty("content", out JsonElement text) ? text.GetString() : "")));
            Assert.Equal(
                expected.GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(token => token.GetRawText()),
                deltas.Where(delta => delta.GetProperty("logprobs").ValueKind == JsonValueKind.Object)
                    .SelectMany(delta => delta.GetProperty("logprobs").GetProperty("content").EnumerateArray()).Select(token => token.GetRawText()));
            Assert.Equal(
                expected.GetProperty("token_ids").EnumerateArray().Select(id => id.GetInt32()),
                deltas.Where(delta => delta.TryGetProperty("token_ids", out _)).SelectMany(delta => delta.GetProperty("token_ids").EnumerateArray()).Select(id => id.GetInt32()));
            Assert.Equal(expected.GetProperty("finish_reason").GetString(), deltas[^1].GetProperty("finish_reason").GetString());
        }

        Assert.Equal(
            whole.Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), events[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(whole.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), events[^1].GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(whole.Json.GetProperty("system_fingerprint").GetString(), events[0].GetProperty("system_fingerprint").GetString());
    }

    [Theory]
    [InlineData(",\"logit_bias\":{\"99999999\":5}", "invalid_value", "logit_bias")]
    [InlineData(",\"stop_token_ids\":[999999999]", "invalid_value", "stop_token_ids")]
    [InlineData(",\"max_tokens\":100000", "context_length_exceeded", "m")]
    public async Task Chat_WhatOnlyTheModelKnowsToBeWrong_IsRefusedByName(string fields, string code, string param)
    {
        await using ApiServer server = await StartAsync();

        Answer answer = await ChatAsync(server, fields);

        Assert.Equal((400, code), (answer.Status, answer.Error.GetProperty("code").GetString()));
        Assert.StartsWith(param, answer.Error.GetProperty("param").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_MembersThatTheTemplateDoesNotRead_AreReported()
    {
        await using ApiServer server = await StartAsync();

        Answer answer = await server.PostAsync(
            "/v1/chat/completions",
            """{"model":"fake","max_tokens":2,"chat_template_kwargs":{"mood":"good"},"messages":[{"role":"user","name":"ann","content":"Hi"},{"role":"user","name":"bob","content":"Ho"}]}""");
        Answer plain = await ChatAsync(server, ",\"max_tokens\":2");

        Assert.Equal(
            "The model's chat template does not read 'name' of messages., The model's chat template does not read the variable 'mood'.",
            answer.Header("x-engine-warnings"));
        Assert.Null(plain.Header("x-engine-warnings"));
    }

    [Fact]
    public async Task Chat_PromptBeyondTheContext_IsRefusedWithNumbers()
    {
        await using ApiServer server = await StartAsync();

        Answer answer = await server.PostAsync(
            "/v1/chat/completions", $$"""{"model":"fake","stream":true,"messages":[{"role":"user","content":"{{new string('x', 1000)}}"}]}""");

        Assert.Equal((400, "context_length_exceeded"), (answer.Status, answer.Error.GetProperty("code").GetString()));
        Assert.Contains("512", answer.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Matches("1,?0[0-9]{2}", answer.Error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Chat_QueueFull_IsToldToComeBack()
    {
        FakeModelRunner runner = new();
        using SemaphoreSlim hold = new(0);
        runner.BeforeExecute = _ => hold.Wait();
        await using ApiServer server = await StartAsync(runner, options => (options.MaxSequences, options.MaxQueuedSequences) = (1, 1));

        Task<Answer>[] asked = [.. Enumerable.Range(0, 6).Select(_ => ChatAsync(server, ",\"max_tokens\":1"))];
        Answer refused = await await Task.WhenAny(asked);
        hold.Release(1000);
        Answer[] answers = await Task.WhenAll(asked);

        Assert.Equal((429, "rate_limit_exceeded"), (refused.Status, refused.Error.GetProperty("code").GetString()));
        Assert.NotNull(refused.Header("retry-after"));
        Assert.Contains(answers, answer => answer.Status == 200);
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 429));
    }

    [Fact]
    public async Task Chat_ModelFailsWhileStreaming_EndsWithAnErrorEvent()
    {
        FakeModelRunner runner = new();
        runner.BeforeExecute = _ =>
        {
            if (runner.StepCount == 5)
            {
                throw new InvalidOperationException("out of luck");
            }
        };
        await using ApiServer server = await StartAsync(runner);

        Answer answer = await ChatAsync(server, ",\"stream\":true,\"ignore_eos\":true");

        Assert.Equal(200, answer.Status);
        Assert.Contains("data: {\"error\":{\"message\":", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_ClientLeavesAStream_EndsTheWork()
    {
        FakeModelRunner runner = new(contextLength: 1_000_000, blockCount: 200_000);
        await using ApiServer server = await StartAsync(runner);
        string body = "{" + Story + ",\"stream\":true,\"ignore_eos\":true}";

        using (TcpClient client = new())
        {
            await client.ConnectAsync(server.Address.Host, server.Address.Port, TestContext.Current.CancellationToken);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
                TestContext.Current.CancellationToken);
            byte[] some = new byte[4096];
            await stream.ReadExactlyAsync(some, TestContext.Current.CancellationToken);
            client.Client.LingerState = new LingerOption(true, 0);
        }

        // The engine rests once the step that was running when the client left is over.
        int before;
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        do
        {
            before = runner.StepCount;
            await Task.Delay(100, limit.Token);
        }
        while (runner.StepCount != before);

        Answer answer = await ChatAsync(server, ",\"max_tokens\":2,\"ignore_eos\":true");
        Assert.Equal(2, answer.Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.True(runner.StepCount < 900_000);
    }

    [Fact]
    public async Task Completions_EchoOfNothingGenerated_IsThePrompt()
    {
        await using ApiServer server = await StartAsync();

        Answer answer = await server.PostAsync("/v1/completions", """{"model":"fake","prompt":["a🦙b","é"],"max_tokens":0,"echo":true}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["a🦙b", "é"], answer.Json.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()));
        Assert.Equal(0, answer.Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal("length", answer.Json.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Completions_ListStreamed_EqualsEachAlone()
    {
        await using ApiServer server = await StartAsync();
        string[] alone = new string[2];
        foreach ((int index, string prompt) in new[] { "Once", "The sea" }.Index())
        {
            alone[index] = (await server.PostAsync("/v1/completions", $$"""{"model":"fake","prompt":"{{prompt}}","max_tokens":20}""")).Json.GetProperty("choices")[0].GetProperty("text").GetString()!;
        }

        JsonElement[] events = ChatCompletionsHandlerTests.Events(
            await server.PostAsync("/v1/completions", """{"model":"fake","prompt":["Once","The sea"],"max_tokens":20,"stream":true}"""));

        string[] streamed = ["", ""];
        foreach (JsonElement choice in events.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()))
        {
            streamed[choice.GetProperty("index").GetInt32()] += choice.GetProperty("text").GetString();
        }

        Assert.Equal(alone, streamed);
    }

    [Fact]
    public async Task Models_OfTheCatalog_AreListed()
    {
        await using ApiServer server = await StartAsync();

        JsonElement model = (await server.SendAsync(HttpMethod.Get, "/v1/models")).Json.GetProperty("data")[0];

        Assert.Equal("fake", model.GetProperty("id").GetString());
        Assert.Equal(512, model.GetProperty("context_length").GetInt32());
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Get, "/health/ready")).Status);
    }

    private static Task<Answer> ChatAsync(ApiServer server, string fields) => server.PostAsync("/v1/chat/completions", "{" + Story + fields + "}");

    private static async Task<ApiServer> StartAsync(FakeModelRunner? runner = null, Action<LlmEngineOptions>? configure = null)
    {
        LlmEngineCatalog catalog = new();
        catalog.Add(FakeEngine.Create(runner ?? new FakeModelRunner(), configure));
        return await ApiServer.StartAsync(catalog);
    }
}
