using System.Text.Json;
using System.Text.RegularExpressions;
using Engine.Inference;
using Engine.Inference.Core;
using Engine.Server.Tests.ChatCompletions;
using Engine.Server.Tests.Support;

namespace Engine.Server.Tests.Completions;

public sealed partial class CompletionsHandlerTests
{
    [Fact]
    public async Task Handle_PlainRequest_AnswersInTheHostedShape()
    {
        await using ApiServer server = await ApiServer.StartAsync(time: new FixedTime());

        Answer answer = await server.CompleteAsync("\"prompt\":\"Once upon\"");

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            """
            {"id":"cmpl-ID","object":"text_completion","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[{"text":"Hello, world!","index":0,"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":1,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}
            """,
            Ids().Replace(answer.Text, "cmpl-ID"));
        GenerationRequest request = Assert.Single(server.Model.Requests);
        Assert.Equal("Once upon", Assert.IsType<Prompt.Text>(request.Prompt).Value);
        Assert.Equal(16, request.MaxTokens);
    }

    [Fact]
    public async Task Handle_Stream_WritesTheseBytes()
    {
        await using ApiServer server = await ApiServer.StartAsync(time: new FixedTime());
        server.Model.Script = request => ScriptedGeneration.Saying(request, " a");

        Answer answer = await server.CompleteAsync("\"prompt\":\"Once upon\",\"stream\":true,\"echo\":true,\"stream_options\":{\"include_usage\":true}");

        Assert.Equal(
            """
            data: {"id":"cmpl-ID","object":"text_completion","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[{"text":"Once upon","index":0,"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"cmpl-ID","object":"text_completion","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[{"text":" a","index":0,"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"cmpl-ID","object":"text_completion","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"stop"}],"usage":null}

            data: {"id":"cmpl-ID","object":"text_completion","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":1,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

            data: [DONE]


            """,
            Ids().Replace(answer.Text, "cmpl-ID"));
    }

    [Theory]
    [InlineData("\"a\"", "text:a")]
    [InlineData("\"\"", "text:")]
    [InlineData("[\"a\",\"b\"]", "text:a text:b")]
    [InlineData("[1,2,3]", "ids:1,2,3")]
    [InlineData("[[1],[2,3]]", "ids:1 ids:2,3")]
    public async Task Handle_PromptOfEveryKind_ReachesTheEngine(string prompt, string expected)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.CompleteAsync($"\"prompt\":{prompt},\"n\":2");

        Assert.Equal(200, answer.Status);
        Assert.Equal(expected, string.Join(' ', server.Model.Requests.Select(request => request.Prompt switch
        {
            Prompt.Text text => "text:" + text.Value,
            Prompt.Tokens tokens => "ids:" + string.Join(',', tokens.Ids),
            _ => "chat",
        })));
        Assert.Equal(Enumerable.Range(0, server.Model.Requests.Count * 2), answer.Json.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.Equal(3 * server.Model.Requests.Count, answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"max_tokens\":5", "missing_required_parameter", "prompt")]
    [InlineData("\"prompt\":5", "invalid_type", "prompt")]
    [InlineData("\"prompt\":[]", "empty_array", "prompt")]
    [InlineData("\"prompt\":[[]]", "empty_array", "prompt[0]")]
    [InlineData("\"prompt\":[\"a\",5]", "invalid_type", "prompt[1]")]
    [InlineData("\"prompt\":[1,\"a\"]", "invalid_type", "prompt[1]")]
    [InlineData("\"prompt\":[1,-1]", "below_min_value", "prompt[1]")]
    [InlineData("\"prompt\":[[1],\"a\"]", "invalid_type", "prompt[1]")]
    [InlineData("\"prompt\":[{}]", "invalid_type", "prompt[0]")]
    [InlineData("\"prompt\":\"a\",\"suffix\":\"b\"", "unsupported_parameter", "suffix")]
    [InlineData("\"prompt\":\"a\",\"max_tokens\":-3197", "below_min_value", "max_tokens")]
    [InlineData("\"prompt\":\"a\",\"logprobs\":true", "invalid_type", "logprobs")]
    [InlineData("\"prompt\":\"a\",\"logprobs\":21", "above_max_value", "logprobs")]
    [InlineData("\"prompt\":\"a\",\"best_of\":1,\"n\":2", "invalid_value", "best_of")]
    [InlineData("\"prompt\":\"a\",\"best_of\":2,\"stream\":true", "invalid_value", "best_of")]
    [InlineData("\"prompt\":\"a\",\"min_tokens\":17", "invalid_value", "min_tokens")]
    [InlineData("\"prompt\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"],\"n\":128", "invalid_value", "prompt")]
    public async Task Handle_WrongField_NamesIt(string fields, string code, string param)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.CompleteAsync(fields);

        ChatCompletionFieldsTests.AssertRefused(answer, code, param);
        Assert.Empty(server.Model.Requests);
    }

    [Fact]
    public async Task Handle_AllFieldsAtTheirDefaults_AnswersLikeTheShortRequest()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.CompleteAsync("""
            "prompt":"a","best_of":1,"echo":false,"frequency_penalty":0,"logit_bias":{},"logprobs":null,"n":1,"presence_penalty":0,"seed":null,
            "stop":null,"stream":false,"stream_options":null,"suffix":null,"top_p":1,"user":"u"
            """);

        Assert.Equal(200, answer.Status);
        Assert.Equal("user", answer.Header("x-engine-warnings"));
    }

    [Fact]
    public async Task Handle_EchoWithLogprobs_ScoresThePromptToo()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        JsonElement choice = (await server.CompleteAsync("\"prompt\":\"Once upon\",\"echo\":true,\"logprobs\":1")).Json.GetProperty("choices")[0];

        Assert.Equal("Once uponHello, world!", choice.GetProperty("text").GetString());
        Assert.Equal(
            """{"tokens":["Once"," up","on","Hello",", ","world!"],"token_logprobs":[null,-1.5,-0.25,-0.5,-0.5,-0.5],"top_logprobs":[null,{" up":-0.5},{"on":-0.5},{"Hello":-0.5},{", ":-0.5},{"world!":-0.5}],"text_offset":[0,4,7,9,14,16]}""",
            choice.GetProperty("logprobs").GetRawText());
    }

    [Fact]
    public async Task Handle_StreamedEchoWithLogprobs_ScoresThePromptInTheFirstEvent()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        JsonElement[] events = ChatCompletionsHandlerTests.Events(await server.CompleteAsync("\"prompt\":\"Once upon\",\"echo\":true,\"logprobs\":1,\"stream\":true,\"return_token_ids\":true"));

        JsonElement first = events[0].GetProperty("choices")[0];
        Assert.Equal("Once upon", first.GetProperty("text").GetString());
        Assert.Equal("[0,4,7]", first.GetProperty("logprobs").GetProperty("text_offset").GetRawText());
        Assert.Equal("[10,11,12]", first.GetProperty("prompt_token_ids").GetRawText());
        Assert.Equal("[9]", events[1].GetProperty("choices")[0].GetProperty("logprobs").GetProperty("text_offset").GetRawText());
        Assert.Equal("[100]", events[1].GetProperty("choices")[0].GetProperty("token_ids").GetRawText());
    }

    [Fact]
    public async Task Handle_TokenOfHalfACharacter_IsSpeltInBytes()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = _ => new ScriptedGeneration(
        [
            new GenerationUpdate
            {
                Text = "é",
                Tokens = [new GeneratedToken(1, new byte[] { 0xC3 }, -1, [], 0), new GeneratedToken(2, new byte[] { 0xA9 }, float.NegativeInfinity, [], 0)],
                FinishReason = FinishReason.Length,
            },
        ]);

        JsonElement choice = (await server.CompleteAsync("\"prompt\":\"a\",\"logprobs\":0")).Json.GetProperty("choices")[0];

        Assert.Equal("""{"tokens":["bytes:\\xc3","bytes:\\xa9"],"token_logprobs":[-1,-9999],"top_logprobs":[{},{}],"text_offset":[0,0]}""", choice.GetProperty("logprobs").GetRawText());
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Handle_BestOf_ReturnsTheLikeliest()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = request => new ScriptedGeneration(
        [
            .. Enumerable.Range(0, request.ChoiceCount).Select(i => new GenerationUpdate
            {
                ChoiceIndex = i,
                Text = $"text {i}",
                Tokens = [new GeneratedToken(5, "x"u8.ToArray(), i == 2 ? -0.1f : -1 - i, [], 0)],
                FinishReason = FinishReason.Length,
            }),
        ]);

        JsonElement json = (await server.CompleteAsync("\"prompt\":\"a\",\"best_of\":4,\"n\":2")).Json;

        Assert.Equal(["text 2", "text 0"], json.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("choices")[0].GetProperty("logprobs").ValueKind);
        Assert.Equal(4, json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Handle_OnePromptOfSeveralRefused_RefusesAllAndEndsTheOthers()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = request => request.Prompt is Prompt.Text { Value: "b" }
            ? throw new GenerationException(GenerationError.ContextLengthExceeded, "The prompt has 9 tokens, the context 5.")
            : ScriptedGeneration.Saying(request, "x");

        Answer answer = await server.CompleteAsync("\"prompt\":[\"a\",\"b\"],\"stream\":true");

        ChatCompletionFieldsTests.AssertRefused(answer, "context_length_exceeded", "prompt");
        await Assert.Single(server.Model.Generations).Disposed;
    }

    [Fact]
    public async Task Handle_StreamOfSeveralPrompts_NumbersTheirChoicesThrough()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = request => ScriptedGeneration.Saying(request, ((Prompt.Text)request.Prompt).Value, "!");

        JsonElement[] events = ChatCompletionsHandlerTests.Events(await server.CompleteAsync("\"prompt\":[\"a\",\"b\"],\"n\":2,\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

        string[] texts = new string[4];
        foreach (JsonElement choice in events.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()))
        {
            texts[choice.GetProperty("index").GetInt32()] += choice.GetProperty("text").GetString();
        }

        Assert.Equal(["a!", "a!", "b!", "b!"], texts);
        Assert.Equal(6, events[^1].GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(12, events[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Handle_OneOfSeveralPromptsFails_EndsAllWithAnErrorEvent()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = request => new ScriptedGeneration(ScriptedGeneration.Updates(request, "a"))
        {
            BeforeUpdate = (_, cancellationToken) => request.Prompt is Prompt.Text { Value: "b" }
                ? throw new GenerationException(GenerationError.ModelFailed, "The logits are no numbers.")
                : Task.Delay(Timeout.Infinite, cancellationToken),
        };

        Answer answer = await server.CompleteAsync("\"prompt\":[\"a\",\"b\"],\"stream\":true");

        Assert.Contains("The logits are no numbers.", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", answer.Text, StringComparison.Ordinal);
        await Task.WhenAll(server.Model.Generations.Select(generation => generation.Disposed));
    }

    [GeneratedRegex("cmpl-[0-9a-f]{32}")]
    private static partial Regex Ids();
}
