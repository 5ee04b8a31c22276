using System.Text.Json;
using System.Text.RegularExpressions;
using Engine.Inference;
using Engine.Inference.Core;
using Engine.Server.Tests.Support;

namespace Engine.Server.Tests.ChatCompletions;

public sealed partial class ChatCompletionsHandlerTests
{
    [Fact]
    public async Task Handle_PlainRequest_AnswersInTheHostedShape()
    {
        await using ApiServer server = await ApiServer.StartAsync(time: new FixedTime());

        Answer answer = await server.ChatAsync("");

        Assert.Equal(200, answer.Status);
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal(
            """
            {"id":"chatcmpl-ID","object":"chat.completion","created":1700000000,"model":"default","choices":[{"index":0,"message":{"role":"assistant","content":"Hello, world!","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":1,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"system_fingerprint":"fp_test"}
            """,
            Ids().Replace(answer.Text, "chatcmpl-ID"));
    }

    [Fact]
    public async Task Handle_Stream_WritesTheseBytes()
    {
        await using ApiServer server = await ApiServer.StartAsync(time: new FixedTime());

        Answer answer = await server.ChatAsync("\"stream\":true");

        Assert.Equal("text/event-stream", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal("no-cache", answer.Header("cache-control"));
        Assert.Equal(
            """
            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}]}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[{"index":0,"delta":{"content":", "},"logprobs":null,"finish_reason":null}]}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[{"index":0,"delta":{"content":"world!"},"logprobs":null,"finish_reason":null}]}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","system_fingerprint":"fp_test","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

            data: [DONE]


            """,
            Ids().Replace(answer.Text, "chatcmpl-ID"));
    }

    [Fact]
    public async Task Handle_StreamWithUsage_TellsItLastAndNullBefore()
    {
        await using ApiServer server = await ApiServer.StartAsync(time: new FixedTime());
        server.Model.Script = request => ScriptedGeneration.Saying(request, "é漢\ud83e\udd99<b>\"\\");

        Answer answer = await server.ChatAsync("\"stream\":true,\"n\":2,\"service_tier\":\"auto\",\"stream_options\":{\"include_usage\":true}");

        Assert.Equal(
            """
            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","service_tier":"default","system_fingerprint":"fp_test","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","service_tier":"default","system_fingerprint":"fp_test","choices":[{"index":1,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","service_tier":"default","system_fingerprint":"fp_test","choices":[{"index":0,"delta":{"content":"é漢🦙<b>\"\\"},"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","service_tier":"default","system_fingerprint":"fp_test","choices":[{"index":1,"delta":{"content":"é漢🦙<b>\"\\"},"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","service_tier":"default","system_fingerprint":"fp_test","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","service_tier":"default","system_fingerprint":"fp_test","choices":[{"index":1,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

            data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":1700000000,"model":"default","service_tier":"default","system_fingerprint":"fp_test","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":1,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

            data: [DONE]


            """,
            Ids().Replace(answer.Text, "chatcmpl-ID"));
    }

    [Fact]
    public async Task Handle_EveryHonouredField_ReachesTheEngine()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.ChatAsync("""
            "temperature":0.25,"top_p":0,"n":2,"stop":["a","b"],"seed":-1,"logprobs":true,"top_logprobs":3,"logit_bias":{"7":-100,"8":1.5},
            "presence_penalty":1,"frequency_penalty":-1,"max_completion_tokens":9,"top_k":-1,"min_p":0.1,"typical_p":0.9,"repetition_penalty":1.1,
            "min_tokens":2,"ignore_eos":true,"stop_token_ids":[3,4],"include_stop_str_in_output":true,"skip_special_tokens":false,
            "prompt_logprobs":1,"priority":-5,"chat_template_kwargs":{"mood":"good"}
            """);

        Assert.Equal(200, answer.Status);
        GenerationRequest request = Assert.Single(server.Model.Requests);
        Assert.Equal(2, request.ChoiceCount);
        Assert.Equal(["a", "b"], request.Stop);
        Assert.True(request.IncludeStop);
        Assert.Equal([3, 4], request.StopTokenIds);
        Assert.Equal(9, request.MaxTokens);
        Assert.Equal(2, request.MinTokens);
        Assert.True(request.IgnoreEndTokens);
        Assert.True(request.KeepSpecialTokens);
        Assert.Equal(3, request.Logprobs);
        Assert.Equal(1, request.PromptLogprobs);
        Assert.Equal(-5, request.Priority);
        Assert.Null(request.CacheSalt);
        SamplingOverrides sampling = request.Sampling;
        Assert.Equal(0.25f, sampling.Temperature);
        Assert.Equal(1e-9f, sampling.TopP);
        Assert.Equal(0, sampling.TopK);
        Assert.Equal(0.1f, sampling.MinP);
        Assert.Equal(0.9f, sampling.TypicalP);
        Assert.Equal(1, sampling.PresencePenalty);
        Assert.Equal(-1, sampling.FrequencyPenalty);
        Assert.Equal(1.1f, sampling.RepetitionPenalty);
        Assert.Equal(ulong.MaxValue, sampling.Seed);
        Assert.Equal(new Dictionary<int, float> { [7] = -100, [8] = 1.5f }, sampling.LogitBias);
        Prompt.Chat chat = Assert.IsType<Prompt.Chat>(request.Prompt);
        Assert.Equal("""{"mood":"good"}""", chat.Variables!.ToJsonString());
        Assert.True(chat.AddGenerationPrompt);
    }

    [Fact]
    public async Task Handle_SilentRequest_LeavesEverythingToTheModel()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        await server.ChatAsync("");

        GenerationRequest request = Assert.Single(server.Model.Requests);
        Assert.Equal(new SamplingOverrides(), request.Sampling);
        Assert.Null(request.MaxTokens);
        Assert.Null(request.Logprobs);
        Assert.Null(request.PromptLogprobs);
    }

    [Fact]
    public async Task Handle_MessagesOfAllKinds_BecomeTemplateMessages()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.PostAsync("/v1/chat/completions", """
            {"model":"default","continue_final_message":true,"messages":[
              {"role":"developer","content":"Be brief."},
              {"role":"user","name":"ann","content":[{"type":"text","text":"One."},{"type":"text","text":"Two."}]},
              {"role":"assistant","content":null,"refusal":"No."},
              {"role":"user","content":""},
              {"role":"assistant","reasoning_content":"Hm.","content":"So"}]}
            """);

        Assert.Equal(200, answer.Status);
        Prompt.Chat chat = Assert.IsType<Prompt.Chat>(Assert.Single(server.Model.Requests).Prompt);
        Assert.True(chat.ContinueFinalMessage);
        Assert.False(chat.AddGenerationPrompt);
        Assert.Equal(
            [
                """{"role":"system","content":"Be brief."}""",
                """{"role":"user","content":"One.\nTwo.","name":"ann"}""",
                """{"role":"assistant","content":"No."}""",
                """{"role":"user","content":""}""",
                """{"role":"assistant","content":"So","reasoning_content":"Hm."}""",
            ],
            chat.Messages.Select(message => message.ToJsonString()));
    }

    [Fact]
    public async Task Handle_Logprobs_LeavesOutTheEndTokenAndKeepsNumbersFinite()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.ChatAsync("\"logprobs\":true,\"top_logprobs\":2");

        JsonElement content = answer.Json.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content");
        Assert.Equal(3, content.GetArrayLength());
        Assert.Equal(
            """{"token":"Hello","logprob":-0.5,"bytes":[72,101,108,108,111],"top_logprobs":[{"token":"Hello","logprob":-0.5,"bytes":[72,101,108,108,111]},{"token":"Hello1","logprob":-9999,"bytes":[72,101,108,108,111,49]}]}""",
            content[0].GetRawText());
    }

    [Fact]
    public async Task Handle_LogprobsWithoutTop_HaveEmptyAlternatives()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.ChatAsync("\"logprobs\":true");

        Assert.Equal("[]", answer.Json.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content")[0].GetProperty("top_logprobs").GetRawText());
    }

    [Fact]
    public async Task Handle_StreamedLogprobsOfHeldText_WaitForTheText()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = _ => new ScriptedGeneration(
        [
            new GenerationUpdate { Tokens = [new GeneratedToken(1, new byte[] { 0xF0, 0x9F }, -1, [], 0)] },
            new GenerationUpdate { Text = "🦙", Tokens = [new GeneratedToken(2, new byte[] { 0xA6, 0x99 }, -2, [], 0)] },
            new GenerationUpdate { Tokens = [new GeneratedToken(3, "x"u8.ToArray(), -3, [], 2)], FinishReason = FinishReason.Length },
        ]);

        Answer answer = await server.ChatAsync("\"stream\":true,\"logprobs\":true,\"return_token_ids\":true");

        JsonElement[] events = Events(answer);
        Assert.Equal("[10,11,12]", events[0].GetProperty("prompt_token_ids").GetRawText());
        Assert.Equal(5 - 1, events.Length);
        JsonElement first = events[1].GetProperty("choices")[0];
        Assert.Equal("🦙", first.GetProperty("delta").GetProperty("content").GetString());
        Assert.Equal(["\\xf0\\x9f", "\\xa6\\x99"], first.GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(token => token.GetProperty("token").GetString()));
        Assert.Equal("[1,2]", first.GetProperty("token_ids").GetRawText());
        JsonElement second = events[2].GetProperty("choices")[0];
        Assert.Equal("", second.GetProperty("delta").GetProperty("content").GetString());
        Assert.Equal("[3]", second.GetProperty("token_ids").GetRawText());
        Assert.Equal("length", events[3].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Handle_TokenIdsAndPromptLogprobs_AreThereOnRequest()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        JsonElement json = (await server.ChatAsync("\"return_token_ids\":true,\"prompt_logprobs\":1")).Json;

        Assert.Equal("[10,11,12]", json.GetProperty("prompt_token_ids").GetRawText());
        Assert.Equal("[100,101,102,2]", json.GetProperty("choices")[0].GetProperty("token_ids").GetRawText());
        Assert.Equal(
            """[null,{"200":{"logprob":-0.5,"rank":1,"decoded_token":" up"},"11":{"logprob":-1.5,"rank":null,"decoded_token":" up"}},{"200":{"logprob":-0.5,"rank":1,"decoded_token":"on"},"12":{"logprob":-0.25,"rank":null,"decoded_token":"on"}}]""",
            json.GetProperty("prompt_logprobs").GetRawText());
    }

    [Fact]
    public async Task Handle_Obfuscation_PadsEveryEventWithText()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        JsonElement[] events = Events(await server.ChatAsync("\"stream\":true,\"stream_options\":{\"include_obfuscation\":true}"));

        Assert.Equal(5, events.Length);
        Assert.All(events, chunk => Assert.Equal(
            32, (chunk.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out JsonElement content) ? content.GetString()!.Length : 0) + chunk.GetProperty("obfuscation").GetString()!.Length));
    }

    [Fact]
    public async Task Handle_RemarksOfTheEngine_AreInTheWarnings()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = request => new ScriptedGeneration(ScriptedGeneration.Updates(request, "x")) { Remarks = ["The template ignores names, all of them."] };

        Answer answer = await server.ChatAsync("\"user\":\"u\"");
        Answer strict = await server.ChatAsync("", ("x-engine-strict", "true"));

        Assert.Equal("user, The template ignores names; all of them.", answer.Header("x-engine-warnings"));
        ChatCompletionFieldsTests.AssertRefused(strict, "unsupported_parameter", "messages");
        await server.Model.Generations[1].Disposed;
    }

    [Theory]
    [InlineData(GenerationError.ContextLengthExceeded, null, 400, "context_length_exceeded", "messages")]
    [InlineData(GenerationError.InvalidRequest, "Sampling.LogitBias", 400, "invalid_value", "logit_bias")]
    [InlineData(GenerationError.InvalidRequest, "Prompt.Messages[2]", 400, "invalid_value", "messages[2]")]
    [InlineData(GenerationError.InvalidRequest, "MaxTokens", 400, "invalid_value", "max_completion_tokens")]
    [InlineData(GenerationError.Unsupported, "Prompt", 400, "unsupported_parameter", "messages")]
    [InlineData(GenerationError.Overloaded, null, 429, "rate_limit_exceeded", null)]
    [InlineData(GenerationError.ShuttingDown, null, 503, "server_shutting_down", null)]
    [InlineData(GenerationError.ModelFailed, null, 500, "model_failed", null)]
    public async Task Handle_EngineRefusesAStream_AnswersBeforeTheFirstByte(GenerationError error, string? member, int status, string code, string? param)
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = _ => throw new GenerationException(error, "It does not work, so try something else.", member);

        Answer answer = await server.ChatAsync("\"stream\":true");

        Assert.Equal(status, answer.Status);
        Assert.Equal(code, answer.Error.GetProperty("code").GetString());
        Assert.Equal(param, answer.Error.GetProperty("param").GetString());
        Assert.Equal("It does not work, so try something else.", answer.Error.GetProperty("message").GetString());
        Assert.Equal(status is 429 or 503, answer.Header("retry-after") is not null);
    }

    [Fact]
    public async Task Handle_ModelFailsInTheMiddleOfAWholeAnswer_AnswersWithAnError()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = request => new ScriptedGeneration(ScriptedGeneration.Updates(request, "a", "b"))
        {
            BeforeUpdate = (index, _) => index == 1 ? throw new GenerationException(GenerationError.ModelFailed, "The logits are no numbers.") : Task.CompletedTask,
        };

        Answer answer = await server.ChatAsync("");

        Assert.Equal(500, answer.Status);
        Assert.Equal("server_error", answer.Error.GetProperty("type").GetString());
        Assert.Equal("The logits are no numbers.", answer.Error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Handle_UnknownModel_IsNotFound()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.PostAsync("/v1/chat/completions", """{"model":"no-such","messages":[{"role":"user","content":"Hi"}]}""");

        Assert.Equal(404, answer.Status);
        Assert.Equal("model_not_found", answer.Error.GetProperty("code").GetString());
        Assert.Equal("model", answer.Error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Handle_SaltsAndCacheKeys_SeparateTheCache()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        foreach (string fields in new[] { "", "\"cache_salt\":\"a\"", "\"cache_salt\":\"a\"", "\"cache_salt\":\"b\"", "\"prompt_cache_key\":\"a\"" })
        {
            await server.ChatAsync(fields);
        }

        List<string?> salts = [.. server.Model.Requests.Select(request => request.CacheSalt)];
        Assert.Null(salts[0]);
        Assert.Equal(salts[1], salts[2]);
        Assert.Equal(4, salts.Distinct().Count());
        Assert.All(salts.Skip(1), salt => Assert.Equal(64, salt!.Length));
    }

    [GeneratedRegex("chatcmpl-[0-9a-f]{32}")]
    private static partial Regex Ids();

    internal static JsonElement[] Events(Answer answer)
    {
        string[] frames = answer.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", frames[^1]);
        return [.. frames[..^1].Select(frame => JsonDocument.Parse(frame["data: ".Length..]).RootElement)];
    }
}
