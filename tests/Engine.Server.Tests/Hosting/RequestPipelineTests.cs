using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using Engine.Server.Errors;
using Engine.Server.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Engine.Server.Tests.Hosting;

public sealed class RequestPipelineTests
{
    private const string Chat = """{"model":"default","messages":[{"role":"user","content":"Hi"}]}""";

    [Theory]
    [InlineData("GET", "/v1/nothing", 404, "unknown_url", null)]
    [InlineData("POST", "/v1/v1/chat/completions", 404, "unknown_url", null)]
    [InlineData("GET", "/v2/models", 404, "unknown_url", null)]
    [InlineData("GET", "/", 404, "unknown_url", null)]
    [InlineData("GET", "/no-favicon.ico", 404, "unknown_url", null)]
    [InlineData("PATCH", "/v1/chat/completions", 405, "method_not_allowed", "POST")]
    [InlineData("GET", "/v1/completions", 405, "method_not_allowed", "POST")]
    [InlineData("DELETE", "/v1/models/default", 405, "method_not_allowed", "GET")]
    [InlineData("POST", "/health", 405, "method_not_allowed", "GET")]
    public async Task Run_WrongPathOrMethod_AnswersInTheErrorShape(string method, string path, int status, string code, string? allow)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.SendAsync(new HttpMethod(method), path);

        Assert.Equal(status, answer.Status);
        Assert.Equal(code, answer.Error.GetProperty("code").GetString());
        Assert.Equal(allow, answer.ContentHeaders.Allow.SingleOrDefault());
    }

    [Fact]
    public async Task Run_HeadOnAPostPath_RunsNothing()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.SendAsync(HttpMethod.Head, "/v1/chat/completions");

        Assert.Equal((405, ""), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Run_Options_TellsTheMethodsAndReadsNoBody()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.SendAsync(HttpMethod.Options, "/v1/chat/completions");

        Assert.Equal((204, ""), (answer.Status, answer.Text));
        Assert.Equal(["POST", "OPTIONS"], answer.ContentHeaders.Allow);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "")]
    [InlineData("/v1/chat/completions", ",\"stream\":true")]
    [InlineData("/v1/chat/completions", ",\"temperature\":5")]
    [InlineData("/v1/nothing", "")]
    public async Task Run_RequestId_IsTakenOverOrMade(string path, string fields)
    {
        await using ApiServer server = await ApiServer.StartAsync();
        string body = Chat.Replace("}]}", "}]" + fields + "}", StringComparison.Ordinal);

        Answer own = await server.PostAsync(path, body, ("x-request-id", "trace-77"));
        Answer made = await server.PostAsync(path, body);
        Answer other = await server.PostAsync(path, body, ("x-request-id", new string('a', 129)));

        Assert.Equal("trace-77", own.Header("x-request-id"));
        Assert.Matches("^req_[0-9a-f]{32}$", made.Header("x-request-id"));
        Assert.Matches("^req_[0-9a-f]{32}$", other.Header("x-request-id"));
        Assert.True(long.Parse(own.Header("openai-processing-ms")!, System.Globalization.CultureInfo.InvariantCulture) >= 0);
    }

    [Fact]
    public async Task Run_Health_TellsWhetherItTakesRequests()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        Answer ready = await server.SendAsync(HttpMethod.Get, "/health/ready");
        server.Models.NotReady = new OpenAIException(503, "The model 'default' is being loaded.", ErrorCodes.ModelLoading, retryAfterSeconds: 2);
        Answer live = await server.SendAsync(HttpMethod.Get, "/health");
        Answer loading = await server.SendAsync(HttpMethod.Get, "/health/ready");
        Answer chat = await server.PostAsync("/v1/chat/completions", Chat);

        Assert.Equal((200, """{"status":"ready"}"""), (ready.Status, ready.Text));
        Assert.Equal((200, """{"status":"ok"}"""), (live.Status, live.Text));
        Assert.Equal((503, "2"), (loading.Status, loading.Header("retry-after")));
        Assert.Equal((503, "2"), (chat.Status, chat.Header("retry-after")));
        Assert.Equal("model_loading", chat.Error.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("{", 1, 2)]
    [InlineData("{\"model\":\"default\",\n \"messages\":[}", 2, 14)]
    [InlineData("{\"temperature\":NaN}", 1, 16)]
    [InlineData("{} {}", 1, 4)]
    public async Task Run_BadJson_TellsLineAndPlace(string body, int line, int place)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.PostAsync("/v1/chat/completions", body);

        Assert.Equal(400, answer.Status);
        Assert.Equal("invalid_json", answer.Error.GetProperty("code").GetString());
        Assert.EndsWith($"line {line}, byte {place}.", answer.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("[]", "expected an object, but got an array")]
    [InlineData("\"x\"", "expected an object, but got a string")]
    public async Task Run_BodyThatIsNoObject_SaysSo(string body, string part)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.PostAsync("/v1/chat/completions", body);

        Assert.Equal(400, answer.Status);
        Assert.Contains(part, answer.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DeeplyNestedBody_IsRefused()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.PostAsync("/v1/chat/completions", new string('[', 100_000));

        Assert.Equal((400, "invalid_json"), (answer.Status, answer.Error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("Application/JSON;charset=\"UTF-8\"", 200)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("nonsense", 415)]
    public async Task Run_ContentType_MustBeJson(string type, int status)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.PostAsync("/v1/chat/completions", Chat, ("Content-Type", type));

        Assert.Equal(status, answer.Status);
        if (status == 415)
        {
            Assert.Equal("unsupported_media_type", answer.Error.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Run_NoContentType_IsRefusedWithTheCure()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(Chat));

        Answer answer = await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", content);

        Assert.Equal(415, answer.Status);
        Assert.Contains("application/json", answer.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", 200)]
    [InlineData("br", 200)]
    [InlineData("deflate", 200)]
    [InlineData("identity", 200)]
    [InlineData("zstd", 415)]
    [InlineData("gzip, gzip", 415)]
    public async Task Run_ContentEncoding_IsUnpackedOrRefused(string encoding, int status)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await SendPackedAsync(server, encoding, Pack(encoding, Encoding.UTF8.GetBytes(Chat)));

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task Run_BodyThatIsNotPackedAsDeclared_IsABadBody()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer wrong = await SendPackedAsync(server, "gzip", Encoding.UTF8.GetBytes(Chat));
        Answer undeclared = await SendPackedAsync(server, "identity", Pack("gzip", Encoding.UTF8.GetBytes(Chat)));

        Assert.Equal((400, 400), (wrong.Status, undeclared.Status));
        Assert.NotNull(wrong.Error.GetProperty("message").GetString());
        Assert.Equal("invalid_json", undeclared.Error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Run_BodyWithAByteOrderMark_IsRead()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Assert.Equal(200, (await server.PostAsync("/v1/chat/completions", "\uFEFF" + Chat)).Status);
    }

    [Fact]
    public async Task Run_BodyThatIsNotUtf8_IsRefused()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        using ByteArrayContent content = new([.. "{\"model\":\""u8, 0xFF, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        Answer answer = await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", content);

        Assert.Equal((400, "invalid_json"), (answer.Status, answer.Error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData(false, "identity")]
    [InlineData(true, "identity")]
    [InlineData(false, "gzip")]
    public async Task Run_BodyAboveTheLimit_IsTooLarge(bool chunked, string encoding)
    {
        await using ApiServer server = await ApiServer.StartAsync(options => options.MaxRequestBodyBytes = 4096);

        Answer answer = await SendPackedAsync(server, encoding, Pack(encoding, new byte[100_000].Select(_ => (byte)' ').ToArray()), chunked);

        Assert.Equal((413, "request_too_large"), (answer.Status, answer.Error.GetProperty("code").GetString()));
        Assert.Contains("4096", answer.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_GigabyteDeclared_IsAnsweredBeforeItComes()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        string answer = await server.RawAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n{\"model\":");

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("\"error\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RefusedRequest_LeavesTheConnectionUsable()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        string answer = await server.RawAsync(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"messages\":" +
            "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("\"list\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LargeBodyInSmallPieces_IsReadWhole()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        string text = string.Concat(Enumerable.Repeat("🦙é漢 ", 5000));
        using PiecewiseContent content = new(Encoding.UTF8.GetBytes(Chat.Replace("Hi", text, StringComparison.Ordinal)), 777);

        Answer answer = await server.SendAsync(HttpMethod.Post, "/v1/chat/completions?api-version=1", content);

        Assert.Equal(200, answer.Status);
        Assert.Equal(text, (string?)((Engine.Inference.Prompt.Chat)server.Model.Requests[0].Prompt).Messages[0]["content"]);
    }

    [Fact]
    public async Task Run_UnexpectedFault_TellsNothingOfItsInside()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = _ => throw new InvalidOperationException("secret path");

        Answer answer = await server.PostAsync("/v1/chat/completions", Chat);

        Assert.Equal(500, answer.Status);
        Assert.Equal("server_error", answer.Error.GetProperty("type").GetString());
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_BesideOtherEndpoints_LeavesThemAlone()
    {
        await using ApiServer server = await ApiServer.StartAsync(map: app => app.MapGet("/own", () => "mine"));

        Assert.Equal("mine", (await server.SendAsync(HttpMethod.Get, "/own")).Text);
    }

    [Fact]
    public void Map_WithoutRegistration_SaysWhatToCall()
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains("AddOpenAIServer", Assert.Throws<InvalidOperationException>(() => app.MapOpenAI()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://app.example/")]
    [InlineData("app.example")]
    public void Options_OriginThatIsNone_IsRefused(string origin)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddOpenAIServer(options => options.AllowedOrigins.Add(origin));
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<OpenAIServerOptions>>().Value);
    }

    private static async Task<Answer> SendPackedAsync(ApiServer server, string encoding, byte[] body, bool chunked = false)
    {
        using HttpContent content = chunked ? new PiecewiseContent(body, 1000) : new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", content);
    }

    private static byte[] Pack(string encoding, byte[] body)
    {
        using MemoryStream packed = new();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            _ => packed,
        })
        {
            stream.Write(body);
            return encoding is "gzip" or "br" or "deflate" ? Finish(stream, packed) : body;
        }
    }

    private static byte[] Finish(Stream stream, MemoryStream packed)
    {
        stream.Dispose();
        return packed.ToArray();
    }

    /// <summary>A body of unknown length that comes in pieces.</summary>
    private sealed class PiecewiseContent : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly int _size;

        public PiecewiseContent(byte[] bytes, int size)
        {
            _bytes = bytes;
            _size = size;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            for (int i = 0; i < _bytes.Length; i += _size)
            {
                await stream.WriteAsync(_bytes.AsMemory(i, Math.Min(_size, _bytes.Length - i)));
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
