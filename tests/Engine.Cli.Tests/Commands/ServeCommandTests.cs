using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Engine.Cli.Tests.Commands;

public sealed class ServeCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_EmbeddedModel_AnswersUntilInterrupted()
    {
        await using RunningServer server = await RunningServer.StartAsync("--threads", "1");

        JsonNode models = (await server.Client.GetFromJsonAsync<JsonNode>("/v1/models", Cancellation))!;
        using HttpResponseMessage response = await server.Client.PostAsJsonAsync(
            "/v1/chat/completions",
            new JsonObject { ["model"] = "default", ["temperature"] = 0, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "What is the capital of France?" }) },
            Cancellation);
        JsonNode answer = (await response.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;

        Assert.Equal("default", (string?)models["data"]![0]!["id"]);
        Assert.Equal("The capital of France is Paris.", (string?)answer["choices"]![0]!["message"]!["content"]);
        Assert.Equal(0, await server.InterruptAsync());
        Assert.Empty(server.Output);
    }

    [Fact]
    public async Task Run_KeyOfAFile_IsAskedFor()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "# keys\n\n  secret-1 \nsecret-2\n", Cancellation);
        await using RunningServer server = await RunningServer.StartAsync("--threads", "1", "--api-key-file", file);
        File.Delete(file);

        using HttpResponseMessage without = await server.Client.GetAsync(new Uri("/v1/models", UriKind.Relative), Cancellation);
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "secret-1");
        using HttpResponseMessage with = await server.Client.GetAsync(new Uri("/v1/models", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.Equal(HttpStatusCode.OK, with.StatusCode);
    }

    [Fact]
    public async Task Run_PortInUse_SaysSoInOneSentence()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

        CommandRun run = await CommandRun.OfAsync("serve", "--urls", url);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"error: The port of {url} is in use already; stop the program that has it, or choose another with --urls http://127.0.0.1:8081.\n", run.Error);
    }

    [Theory]
    [InlineData(1, "The model's folder * does not exist", "--model", "no/such/folder")]
    [InlineData(1, "The model's folder * does not exist", "--model", "a=no/such/folder", "--model", "b=no/such/folder")]
    [InlineData(1, "Two models are called \"m\"", "--model", "a/m", "--model", "b/m")]
    [InlineData(1, "http://0.0.0.0:0 can be reached from other machines", "--urls", "http://0.0.0.0:0")]
    [InlineData(1, "http://*:0 can be reached from other machines", "--urls", "http://127.0.0.1:0;http://*:0")]
    [InlineData(1, "This machine has no address of http://192.0.2.1:0", "--urls", "http://192.0.2.1:0", "--insecure")]
    [InlineData(1, "The file of API keys no-such-file does not exist", "--api-key-file", "no-such-file")]
    [InlineData(1, "--api-key is empty", "--api-key", "")]
    [InlineData(2, "for \"https://127.0.0.1:0\" put a reverse proxy", "--urls", "https://127.0.0.1:0")]
    [InlineData(2, "--urls takes addresses as in http://127.0.0.1:8080, not \"here\"", "--urls", "here")]
    [InlineData(2, "--urls takes addresses without a path", "--urls", "http://127.0.0.1:0/v1")]
    public async Task Run_WhatCannotBeServed_SaysSoInOneSentence(int exitCode, string expected, params string[] arguments)
    {
        if (!arguments.Contains("--urls"))
        {
            arguments = [.. arguments, "--urls", "http://127.0.0.1:0"];
        }

        CommandRun run = await CommandRun.OfAsync(["serve", .. arguments]);

        Assert.Equal(exitCode, run.ExitCode);
        string error = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(string.Join(".*", expected.Split(" * ").Select(System.Text.RegularExpressions.Regex.Escape)), error);
    }
}
