using Engine.Server.Security;
using Engine.Server.Tests.Support;

namespace Engine.Server.Tests.Security;

/// <summary>Who may ask, by which name, and from which page.</summary>
public sealed class SecurityTests
{
    private const string Chat = """{"model":"default","messages":[{"role":"user","content":"Hi"}]}""";

    [Theory]
    [InlineData("Bearer key-one", 200)]
    [InlineData("bearer key-two", 200)]
    [InlineData("BEARER  key-two ", 200)]
    [InlineData("Bearer key-on", 401)]
    [InlineData("Bearer key-one2", 401)]
    [InlineData("Bearer ", 401)]
    [InlineData("Basic key-one", 401)]
    [InlineData("key-one", 401)]
    [InlineData(null, 401)]
    public async Task Key_OfEveryKind_IsTakenOrRefused(string? header, int status)
    {
        await using ApiServer server = await ApiServer.StartAsync(options =>
        {
            options.ApiKeys.Add("key-one");
            options.ApiKeys.Add("key-two");
        });

        Answer answer = await server.PostAsync("/v1/chat/completions", Chat, header is null ? [] : [("Authorization", header)]);

        Assert.Equal(status, answer.Status);
        if (status == 401)
        {
            Assert.Equal("invalid_api_key", answer.Error.GetProperty("code").GetString());
            Assert.Equal("Bearer", answer.Header("www-authenticate"));
            Assert.Empty(server.Model.Requests);
        }
    }

    [Fact]
    public async Task Key_HealthAndUnknownRootPaths_NeedNone()
    {
        await using ApiServer server = await ApiServer.StartAsync(options => options.ApiKeys.Add("k"));

        Assert.Equal(200, (await server.SendAsync(HttpMethod.Get, "/health")).Status);
        Assert.Equal(404, (await server.SendAsync(HttpMethod.Get, "/favicon.ico")).Status);
        Assert.Equal(401, (await server.SendAsync(HttpMethod.Get, "/v1/models")).Status);
        Assert.Equal(401, (await server.SendAsync(HttpMethod.Get, "/v1/nothing")).Status);
    }

    [Fact]
    public async Task Key_Several_KeepTheirCachesApart()
    {
        await using ApiServer server = await ApiServer.StartAsync(options =>
        {
            options.ApiKeys.Add("a");
            options.ApiKeys.Add("b");
        });

        await server.PostAsync("/v1/chat/completions", Chat, ("Authorization", "Bearer a"));
        await server.PostAsync("/v1/chat/completions", Chat, ("Authorization", "Bearer b"));
        await server.PostAsync("/v1/completions", """{"model":"default","prompt":"x"}""", ("Authorization", "Bearer a"));

        Assert.NotNull(server.Model.Requests[0].CacheSalt);
        Assert.NotEqual(server.Model.Requests[0].CacheSalt, server.Model.Requests[1].CacheSalt);
        Assert.NotNull(server.Model.Requests[2].CacheSalt);
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("localhost.evil.example", 421)]
    [InlineData("192.168.0.7:80", 421)]
    [InlineData("localhost:1234", 200)]
    [InlineData("app.localhost", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:8080", 200)]
    [InlineData("my.name:80", 200)]
    public async Task Host_OverLoopback_MustBeTheServersOwn(string host, int status)
    {
        await using ApiServer server = await ApiServer.StartAsync(options => options.AllowedHosts.Add("My.Name"));

        string answer = await server.RawAsync($"GET /v1/models HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.Equal(status == 200, answer.Contains("\"list\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Host_CheckTurnedOff_AllowsAll()
    {
        await using ApiServer server = await ApiServer.StartAsync(options => options.AllowedHosts.Add("*"));

        string answer = await server.RawAsync("GET /v1/models HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.8.9.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("notlocalhost", false)]
    [InlineData("0.0.0.0", false)]
    public void IsLoopbackName_Host_IsOrIsNot(string host, bool expected) => Assert.Equal(expected, HostCheck.IsLoopbackName(host));

    [Fact]
    public async Task Origin_OfAnotherSite_IsRefusedBeforeAnyWork()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer post = await server.PostAsync("/v1/chat/completions", Chat, ("Origin", "https://evil.example"));
        Answer preflight = await server.SendAsync(HttpMethod.Options, "/v1/chat/completions", null, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST"));
        Answer opaque = await server.PostAsync("/v1/chat/completions", Chat, ("Origin", "null"));

        Assert.Equal((403, 403, 403), (post.Status, preflight.Status, opaque.Status));
        Assert.Equal("origin_not_allowed", post.Error.GetProperty("code").GetString());
        Assert.Null(post.Header("access-control-allow-origin"));
        Assert.Empty(server.Model.Requests);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Origin_OfTheServerItself_Passes(string scheme)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.PostAsync("/v1/chat/completions", Chat, ("Origin", $"{scheme}://{server.Address.Authority}"));

        Assert.Equal(200, answer.Status);
        Assert.Null(answer.Header("access-control-allow-origin"));
    }

    [Fact]
    public async Task Origin_Allowed_GetsWhatABrowserNeedsAndNoCredentials()
    {
        await using ApiServer server = await ApiServer.StartAsync(options =>
        {
            options.AllowedOrigins.Add("https://app.example");
            options.ApiKeys.Add("k");
        });

        Answer preflight = await server.SendAsync(
            HttpMethod.Options, "/v1/chat/completions", null, ("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization,x-stainless-os"));
        Answer post = await server.PostAsync("/v1/chat/completions", Chat, ("Origin", "https://app.example"), ("Authorization", "Bearer k"));
        Answer refused = await server.PostAsync("/v1/chat/completions", Chat, ("Origin", "https://app.example"));

        Assert.Equal(204, preflight.Status);
        Assert.Equal("https://app.example", preflight.Header("access-control-allow-origin"));
        Assert.Contains("POST", preflight.Header("access-control-allow-methods"), StringComparison.Ordinal);
        Assert.Equal("authorization,x-stainless-os", preflight.Header("access-control-allow-headers"));
        Assert.Equal("Origin", preflight.Header("vary"));
        Assert.Null(preflight.Header("access-control-allow-credentials"));
        Assert.Equal(200, post.Status);
        Assert.Equal("https://app.example", post.Header("access-control-allow-origin"));
        Assert.Equal(401, refused.Status);
        Assert.Equal("https://app.example", refused.Header("access-control-allow-origin"));
    }

    [Fact]
    public async Task Origin_AllAllowed_IsAnsweredWithAStar()
    {
        await using ApiServer server = await ApiServer.StartAsync(options => options.AllowedOrigins.Add("*"));

        Answer answer = await server.SendAsync(HttpMethod.Get, "/v1/models", null, ("Origin", "https://any.example"));

        Assert.Equal("*", answer.Header("access-control-allow-origin"));
        Assert.Null(answer.Header("access-control-allow-credentials"));
    }
}
