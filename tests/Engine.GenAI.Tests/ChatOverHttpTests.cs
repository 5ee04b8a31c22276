using System.Globalization;
using System.Text;
using System.Text.Json;
using Engine.Conformance.Tests.GenAI;

namespace Engine.GenAI.Tests;

/// <summary>The API over GenAI: what GenAI itself has not comes from us, and works as on the other runners.</summary>
public sealed class ChatOverHttpTests(GenAIServer server) : IClassFixture<GenAIServer>
{
    private const string Once = "Once upon a time";
    private const string Greedy = ",\"temperature\":0,\"max_tokens\":24,\"return_token_ids\":true";

    [Fact]
    public async Task Completions_Greedy_GivesGenAIsOwnTokens()
    {
        int[] prompt = [1, 403, 407, 261, 378];
        int[] expected = Assert.Single(GenAILoop.Greedy(StoriesFolder.Original, [prompt], 60));
        using StringContent body = new(
            $$"""{"model":"stories","prompt":[{{string.Join(',', prompt)}}],"max_tokens":60,"temperature":0,"ignore_eos":true,"return_token_ids":true}""", Encoding.UTF8, "application/json");

        using HttpResponseMessage response = await server.Client.PostAsync("/v1/completions", body, TestContext.Current.CancellationToken);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(expected, Ids(answer.RootElement));
        Assert.Equal(60, answer.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Chat_ChoicesWithSeed_AreRepeatable()
    {
        const string Fields = ",\"n\":3,\"seed\":5,\"temperature\":1.3,\"top_k\":40,\"min_p\":0.01,\"max_tokens\":24";

        string[] first = Texts(await server.ChatAsync(Once, Fields));
        string[] second = Texts(await server.ChatAsync(Once, Fields));

        Assert.Equal(3, first.Length);
        Assert.Equal(first, second);
        Assert.NotEqual(first[0], first[1]);
    }

    [Fact]
    public async Task Chat_Logprobs_AreThoseOfTheChosen()
    {
        JsonElement answer = await server.ChatAsync(Once, Greedy + ",\"logprobs\":true,\"top_logprobs\":3");

        JsonElement[] tokens = [.. answer.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray()];
        Assert.Equal(Text(answer), string.Concat(tokens.Select(token => token.GetProperty("token").GetString())));
        Assert.All(tokens, token =>
        {
            JsonElement[] best = [.. token.GetProperty("top_logprobs").EnumerateArray()];
            Assert.Equal(3, best.Length);
            Assert.Equal(best[0].GetProperty("token").GetString(), token.GetProperty("token").GetString());
            Assert.InRange(best.Sum(entry => Math.Exp(entry.GetProperty("logprob").GetDouble())), 0, 1.0001);
        });
    }

    [Fact]
    public async Task Chat_LogitBias_ForbidsAndForces()
    {
        int first = Ids(await server.ChatAsync(Once, Greedy))[0];

        JsonElement forbidden = await server.ChatAsync(Once, Greedy + $",\"logit_bias\":{{\"{first}\":-100}}");
        JsonElement forced = await server.ChatAsync(Once, Greedy + $",\"logit_bias\":{{\"{first}\":100}}");

        Assert.DoesNotContain(first, Ids(forbidden));
        Assert.All(Ids(forced), id => Assert.Equal(first, id));
    }

    [Fact]
    public async Task Chat_Penalties_EndRepetition()
    {
        int plain = Ids(await server.ChatAsync(Once, Greedy)).Distinct().Count();
        int penalised = Ids(await server.ChatAsync(Once, Greedy + ",\"frequency_penalty\":2,\"presence_penalty\":2,\"repetition_penalty\":1.5")).Distinct().Count();

        Assert.True(penalised > plain, $"{penalised} different tokens with penalties, {plain} without");
    }

    [Fact]
    public async Task Chat_StopAcrossTokens_EndsBeforeIt()
    {
        JsonElement plain = await server.ChatAsync(Once, Greedy + ",\"logprobs\":true");
        string[] tokens = [.. plain.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(token => token.GetProperty("token").GetString()!)];
        int index = Enumerable.Range(4, tokens.Length - 5).First(i => tokens[i].Length > 1 && tokens[i + 1].Length > 1);
        string stop = tokens[index][1..] + tokens[index + 1][..1];
        string text = Text(plain);

        JsonElement answer = await server.ChatAsync(Once, Greedy + $",\"stop\":[{JsonSerializer.Serialize(stop)}]");

        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], Text(answer));
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Completions_EchoWithLogprobs_ScoresThePrompt()
    {
        using StringContent body = new(
            """{"model":"stories","prompt":"Once upon a time, there was a little girl","max_tokens":1,"temperature":0,"echo":true,"logprobs":1}""", Encoding.UTF8, "application/json");

        using HttpResponseMessage response = await server.Client.PostAsync("/v1/completions", body, TestContext.Current.CancellationToken);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        JsonElement[] logprobs = [.. answer.RootElement.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("token_logprobs").EnumerateArray()];
        Assert.Equal(JsonValueKind.Null, logprobs[0].ValueKind);
        Assert.All(logprobs.Skip(1), value => Assert.InRange(value.GetDouble(), -30, 0));
        Assert.True(logprobs.Length > 8);
    }

    [Fact]
    public async Task Chat_EightAtATime_SayWhatTheySayAlone()
    {
        string[] prompts = [.. Enumerable.Range(0, 8).Select(index => $"{Once} there were {index.ToString(CultureInfo.InvariantCulture)} friends{new string('!', index)}")];
        List<string> alone = [];
        foreach (string prompt in prompts)
        {
            alone.Add(Text(await server.ChatAsync(prompt, Greedy)));
        }

        JsonElement[] together = await Task.WhenAll(prompts.Select(prompt => server.ChatAsync(prompt, Greedy)));

        Assert.Equal(alone, together.Select(Text));
    }

    [Fact]
    public async Task Chat_ClientLeaves_TheWorkEnds()
    {
        const int Asked = 400;
        using SemaphoreSlim steps = new(20);
        server.BeforeStep = () => steps.Wait();
        long before = server.ComputedTokens;
        using (HttpRequestMessage request = new(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = GenAIServer.Body(Once, $",\"stream\":true,\"ignore_eos\":true,\"n\":2,\"max_tokens\":{Asked}"),
        })
        {
            using HttpResponseMessage response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            await using Stream stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            await stream.ReadExactlyAsync(new byte[256], TestContext.Current.CancellationToken);
        }

        // Both places were taken by the one who left: this waits for a place, while steps go on one by one.
        Task<JsonElement> next = server.ChatAsync(Once, Greedy);
        while (!next.IsCompleted)
        {
            steps.Release();
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        server.BeforeStep = null;
        await next;
        Assert.InRange(server.ComputedTokens - before, 1, Asked);
    }

    private static int[] Ids(JsonElement answer) => [.. answer.GetProperty("choices")[0].GetProperty("token_ids").EnumerateArray().Select(id => id.GetInt32())];

    private static string Text(JsonElement answer) => Texts(answer)[0];

    private static string[] Texts(JsonElement answer) =>
        [.. answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("message").GetProperty("content").GetString()!)];
}
