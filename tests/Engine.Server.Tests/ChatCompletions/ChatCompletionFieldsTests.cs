using System.Text.Json;
using Engine.Server.Tests.Support;

namespace Engine.Server.Tests.ChatCompletions;

/// <summary>Every way in which a chat body can be wrong names the field that is.</summary>
public sealed class ChatCompletionFieldsTests
{
    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", "missing_required_parameter", "model")]
    [InlineData("""{"model":5,"messages":[{"role":"user","content":"Hi"}]}""", "invalid_type", "model")]
    [InlineData("""{"model":"default"}""", "missing_required_parameter", "messages")]
    [InlineData("""{"model":"default","messages":[]}""", "empty_array", "messages")]
    [InlineData("""{"model":"default","messages":"Hi"}""", "invalid_type", "messages")]
    [InlineData("""{"model":"default","messages":[5]}""", "invalid_type", "messages[0]")]
    [InlineData("""{"model":"default","messages":[{"content":"Hi"}]}""", "missing_required_parameter", "messages[0].role")]
    [InlineData("""{"model":"default","messages":[{"role":"owner","content":"Hi"}]}""", "invalid_value", "messages[0].role")]
    [InlineData("""{"model":"default","messages":[{"role":"user"}]}""", "missing_required_parameter", "messages[0].content")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":null}]}""", "missing_required_parameter", "messages[0].content")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":5}]}""", "invalid_type", "messages[2].content")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":[]}]}""", "empty_array", "messages[0].content")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":[{"type":"text"}]}]}""", "missing_required_parameter", "messages[0].content[0].text")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":[{"text":"Hi"}]}]}""", "missing_required_parameter", "messages[0].content[0].type")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":[{"type":"text","text":5}]}]}""", "invalid_type", "messages[0].content[0].text")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":[{"type":"smell","smell":"x"}]}]}""", "invalid_value", "messages[0].content[0].type")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""", "unsupported_parameter", "messages[0].content[0].type")]
    [InlineData("""{"model":"default","messages":[{"role":"tool","content":"x","tool_call_id":"c"}]}""", "unsupported_parameter", "messages[0].tool_call_id")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":"Hi","role":"user"}]}""", "duplicate_parameter", "messages[0].role")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":"a\ud83d b"}]}""", "invalid_value", "messages[0].content")]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":"Hi","\ud83d":1}]}""", "invalid_value", "messages[0]")]
    public async Task Chat_WrongBody_NamesTheField(string body, string code, string param)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.PostAsync("/v1/chat/completions", body);

        AssertRefused(answer, code, param);
        Assert.Empty(server.Model.Requests);
    }

    [Theory]
    [InlineData("\"temperature\":\"1\"", "invalid_type", "temperature")]
    [InlineData("\"temperature\":2.1", "above_max_value", "temperature")]
    [InlineData("\"temperature\":-0.1", "below_min_value", "temperature")]
    [InlineData("\"temperature\":1e999", "invalid_value", "temperature")]
    [InlineData("\"temperature\":1,\"temperature\":1", "duplicate_parameter", "temperature")]
    [InlineData("\"top_p\":1.5", "above_max_value", "top_p")]
    [InlineData("\"n\":0", "below_min_value", "n")]
    [InlineData("\"n\":129", "above_max_value", "n")]
    [InlineData("\"n\":1.5", "invalid_type", "n")]
    [InlineData("\"n\":99999999999999999999", "above_max_value", "n")]
    [InlineData("\"max_tokens\":0", "below_min_value", "max_tokens")]
    [InlineData("\"max_completion_tokens\":-950", "below_min_value", "max_completion_tokens")]
    [InlineData("\"max_completion_tokens\":6.5", "invalid_type", "max_completion_tokens")]
    [InlineData("\"max_completion_tokens\":3,\"max_tokens\":40", "invalid_value", "max_tokens")]
    [InlineData("\"stop\":5", "invalid_type", "stop")]
    [InlineData("\"stop\":[5]", "invalid_type", "stop[0]")]
    [InlineData("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "array_above_max_length", "stop")]
    [InlineData("\"seed\":\"x\"", "invalid_type", "seed")]
    [InlineData("\"seed\":1e30", "above_max_value", "seed")]
    [InlineData("\"logprobs\":1", "invalid_type", "logprobs")]
    [InlineData("\"top_logprobs\":2", "invalid_value", "top_logprobs")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":21", "above_max_value", "top_logprobs")]
    [InlineData("\"logit_bias\":[]", "invalid_type", "logit_bias")]
    [InlineData("\"logit_bias\":{\"x\":1}", "invalid_value", "logit_bias")]
    [InlineData("\"logit_bias\":{\"-1\":1}", "invalid_value", "logit_bias")]
    [InlineData("\"logit_bias\":{\"5\":101}", "above_max_value", "logit_bias.5")]
    [InlineData("\"presence_penalty\":3", "above_max_value", "presence_penalty")]
    [InlineData("\"frequency_penalty\":-3", "below_min_value", "frequency_penalty")]
    [InlineData("\"stream\":\"yes\"", "invalid_type", "stream")]
    [InlineData("\"stream_options\":{}", "invalid_value", "stream_options")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_usage\":1}", "invalid_type", "stream_options.include_usage")]
    [InlineData("\"stream\":true,\"prompt_logprobs\":1", "unsupported_parameter", "prompt_logprobs")]
    [InlineData("\"service_tier\":\"flex\"", "unsupported_value", "service_tier")]
    [InlineData("\"modalities\":[\"text\",\"audio\"]", "unsupported_parameter", "modalities[1]")]
    [InlineData("\"modalities\":[\"smell\"]", "invalid_value", "modalities[0]")]
    [InlineData("\"metadata\":{\"a\":1}", "invalid_type", "metadata.a")]
    [InlineData("\"user\":1", "invalid_type", "user")]
    [InlineData("\"reasoning_effort\":\"huge\"", "invalid_value", "reasoning_effort")]
    [InlineData("\"verbosity\":1", "invalid_type", "verbosity")]
    [InlineData("\"min_tokens\":5,\"max_tokens\":4", "invalid_value", "min_tokens")]
    [InlineData("\"stop_token_ids\":[-1]", "below_min_value", "stop_token_ids[0]")]
    [InlineData("\"cache_salt\":\"\"", "invalid_value", "cache_salt")]
    [InlineData("\"cache_salt\":\"a\\nb\"", "invalid_value", "cache_salt")]
    [InlineData("\"repetition_penalty\":0", "below_min_value", "repetition_penalty")]
    [InlineData("\"chat_template_kwargs\":{\"messages\":[]}", "invalid_value", "chat_template_kwargs.messages")]
    [InlineData("\"continue_final_message\":true", "invalid_value", "continue_final_message")]
    [InlineData("\"continue_final_message\":true,\"add_generation_prompt\":true", "invalid_value", "continue_final_message")]
    [InlineData("\"response_format\":{}", "missing_required_parameter", "response_format.type")]
    [InlineData("\"response_format\":{\"type\":\"poem\"}", "invalid_value", "response_format.type")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{}}}", "unsupported_parameter", "response_format")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}", "unsupported_parameter", "response_format")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", "unsupported_parameter", "tools")]
    [InlineData("\"tool_choice\":\"required\"", "unsupported_parameter", "tool_choice")]
    [InlineData("\"functions\":[{\"name\":\"f\"}]", "unsupported_parameter", "functions")]
    [InlineData("\"function_call\":{\"name\":\"f\"}", "unsupported_parameter", "function_call")]
    [InlineData("\"audio\":{\"voice\":\"a\"}", "unsupported_parameter", "audio")]
    [InlineData("\"web_search_options\":{}", "unsupported_parameter", "web_search_options")]
    [InlineData("\"moderation\":{}", "unsupported_parameter", "moderation")]
    [InlineData("\"structured_outputs\":{\"choice\":[\"a\"]}", "unsupported_parameter", "structured_outputs")]
    [InlineData("\"guided_json\":{}", "unsupported_parameter", "guided_json")]
    [InlineData("\"guided_regex\":\"a\"", "unsupported_parameter", "guided_regex")]
    [InlineData("\"truncate_prompt_tokens\":5", "unsupported_parameter", "truncate_prompt_tokens")]
    [InlineData("\"timings_per_token\":true", "unsupported_parameter", "timings_per_token")]
    public async Task Chat_WrongField_NamesIt(string fields, string code, string param)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.ChatAsync(fields);

        AssertRefused(answer, code, param);
        Assert.Empty(server.Model.Requests);
    }

    [Theory]
    [InlineData("\"stop\":null,\"tools\":null,\"temperature\":null,\"max_tokens\":null,\"logit_bias\":null,\"response_format\":null,\"nonsense\":null")]
    [InlineData("\"tools\":[],\"tool_choice\":\"auto\",\"functions\":[],\"function_call\":\"none\",\"parallel_tool_calls\":true")]
    [InlineData("\"stop\":[],\"logit_bias\":{},\"response_format\":{\"type\":\"text\"},\"modalities\":[\"text\"],\"store\":false")]
    [InlineData("\"timings_per_token\":false,\"return_progress\":false,\"use_beam_search\":false,\"bad_words\":[]")]
    [InlineData("\"max_tokens\":5,\"max_completion_tokens\":5,\"n\":1.0,\"temperature\":-0.0,\"top_p\":1e0,\"frequency_penalty\":0E+0")]
    public async Task Chat_NeutralFields_AnswersWithoutWarnings(string fields)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.ChatAsync(fields);

        Assert.Equal(200, answer.Status);
        Assert.Null(answer.Header("x-engine-warnings"));
    }

    [Theory]
    [InlineData("\"user\":\"u\",\"safety_identifier\":\"s\",\"metadata\":{\"k\":\"v\"}", "user, safety_identifier, metadata")]
    [InlineData("\"store\":true,\"prediction\":{\"type\":\"content\",\"content\":\"x\"},\"reasoning_effort\":\"low\"", "store, prediction, reasoning_effort")]
    [InlineData("\"max_token\":4,\"temp,\\u00e9rature\":1", "max_token, temp;?rature")]
    [InlineData("\"stop\":[\"\",\"x\"]", "stop[0]")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_cost\":true}", "stream_options.include_cost")]
    public async Task Chat_FieldsWithoutEffect_AreReportedOrRefusedInStrictMode(string fields, string warnings)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer lenient = await server.ChatAsync(fields);
        Answer strict = await server.ChatAsync(fields, ("x-engine-strict", "true"));

        Assert.Equal(200, lenient.Status);
        Assert.Equal(warnings, lenient.Header("x-engine-warnings"));
        Assert.Equal(400, strict.Status);
        Assert.Equal("unsupported_parameter", strict.Error.GetProperty("code").GetString());
        Assert.Equal(warnings.Split(", ")[0].Replace(';', ','), strict.Error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Chat_NestedFieldsWithoutEffect_AreReportedByTheirPath()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.PostAsync("/v1/chat/completions", """
            {"model":"default","messages":[{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{}}],"mood":"good"},
            {"role":"assistant","content":"Yes.","refusal":null,"audio":null,"function_call":null,"tool_calls":null,"annotations":[]}]}
            """);

        Assert.Equal(200, answer.Status);
        Assert.Equal("messages[0].content[0].cache_control, messages[0].mood, messages[1].annotations", answer.Header("x-engine-warnings"));
    }

    [Fact]
    public async Task Chat_StrictServer_RefusesUnlessTheRequestSaysOtherwise()
    {
        await using ApiServer server = await ApiServer.StartAsync(options => options.Strict = true);

        Assert.Equal(400, (await server.ChatAsync("\"user\":\"u\"")).Status);
        Assert.Equal(200, (await server.ChatAsync("\"user\":\"u\"", ("x-engine-strict", "false"))).Status);
    }

    [Fact]
    public async Task Chat_ThousandUnknownFields_CountsWhatTheHeaderCannotHold()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.ChatAsync(string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"field_number_{i}\":1")));

        Assert.Equal(200, answer.Status);
        Assert.Matches("^field_number_0, .*, [0-9]+ more$", answer.Header("x-engine-warnings"));
        Assert.True(answer.Header("x-engine-warnings")!.Length < 1200);
    }

    [Fact]
    public async Task Chat_VeryLongName_IsCutInTheComplaint()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        string name = new('x', 100_000);

        Answer strict = await server.ChatAsync($"\"{name}\":1", ("x-engine-strict", "true"));
        Answer twice = await server.ChatAsync($"\"a\":[{{}},{{\"{name}\":1,\"{name}\":1}}]");

        Assert.Equal(101, strict.Error.GetProperty("param").GetString()!.Length);
        Assert.Equal("a[1]." + name[..100] + "…", twice.Error.GetProperty("param").GetString());
    }

    internal static void AssertRefused(Answer answer, string code, string? param)
    {
        Assert.Equal(400, answer.Status);
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.MediaType);
        JsonElement error = answer.Error;
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.True(error.GetProperty("message").GetString()!.Length > 10);
    }
}
