using System.Text.Json;
using Engine.Conformance.Tests.Support;
using Engine.Tests;

namespace Engine.Conformance.Tests.Clients;

/// <summary>The official clients of JavaScript and Python, unmodified, against the default model.</summary>
[Collection(ModelServerTests.Name)]
public sealed class ClientTests(ModelServer server)
{
    private static readonly string Scripts = Path.Combine(SharedData.Repository, "tests/Engine.Conformance.Tests/Clients");

    [Fact]
    public async Task Npm_OpenAI_ChatsWithTheServer()
    {
        DirectoryInfo folder = Tool.TemporaryFolder();
        try
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Scripts, "npm")))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            (int installed, _, string reason) = await Tool.RunAsync(folder.FullName, "npm", "ci", "--no-audit", "--no-fund", "--omit=peer");
            Assert.SkipUnless(installed == 0, $"npm could not fetch the client: {reason.ReplaceLineEndings(" ")}");

            (int exitCode, string output, string errors) = await Tool.RunAsync(folder.FullName, "node", "client.mjs", server.Base, ModelServer.Key);

            Assert.True(exitCode == 0, errors);
            AssertResult(JsonDocument.Parse(output).RootElement);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Python_OpenAI_ChatsWithTheServer()
    {
        string wheels = SharedData.PathOf("wheels");
        DirectoryInfo folder = Tool.TemporaryFolder();
        try
        {
            string packages = Path.Combine(folder.FullName, "packages");
            (int installed, _, string reason) = await Tool.RunAsync(
                folder.FullName, "python3", "-m", "pip", "install", "--quiet", "--no-index", "--find-links", wheels, "--target", packages, "openai");
            Assert.SkipUnless(installed == 0, $"pip could not install the client (its wheels are for CPython 3.11 on linux-x64): {reason.ReplaceLineEndings(" ")}");

            // Beside the packages, where Python looks for them.
            File.Copy(Path.Combine(Scripts, "python/client.py"), Path.Combine(packages, "client.py"));
            (int exitCode, string output, string errors) = await Tool.RunAsync(packages, "python3", "client.py", server.Base, ModelServer.Key);

            Assert.True(exitCode == 0, errors);
            AssertResult(JsonDocument.Parse(output).RootElement);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Both scripts do the same and print the same.</summary>
    private static void AssertResult(JsonElement result)
    {
        const string Text = "The capital of France is Paris.";
        Assert.Equal("""["default"]""", result.GetProperty("models").GetRawText());
        Assert.Equal("default", result.GetProperty("model").GetString());

        JsonElement whole = result.GetProperty("whole");
        JsonElement streamed = result.GetProperty("streamed");
        Assert.Equal(Text, whole.GetProperty("text").GetString());
        Assert.Equal("stop", whole.GetProperty("finish").GetString());
        Assert.Equal(Text, streamed.GetProperty("text").GetString());
        Assert.Equal("stop", streamed.GetProperty("finish").GetString());
        Assert.True(streamed.GetProperty("chunks").GetInt32() > 5, "the text came in pieces");
        Assert.Equal(whole.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), streamed.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), streamed.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32() - 1, whole.GetProperty("tokens").GetInt32());
        Assert.Equal(Text, result.GetProperty("helper").GetString());
        Assert.Equal(Text, result.GetProperty("afterwards").GetString());

        JsonElement completion = result.GetProperty("completion");
        Assert.Contains("Paris", completion.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(completion.GetProperty("text").GetString(), result.GetProperty("completionStreamed").GetString());
        Assert.Equal(4, completion.GetProperty("usage").GetProperty("completion_tokens").GetInt32());

        Assert.Equal(
            ["BadRequestError 400 above_max_value temperature", "NotFoundError 404 model_not_found model", "AuthenticationError 401 invalid_api_key "],
            result.GetProperty("errors").EnumerateArray().Select(error => string.Join(' ', error.EnumerateArray())));
    }
}
