using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Engine.Inference;
using Engine.Server.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Engine.Server.Tests.Support;

/// <summary>The API on Kestrel, on a loopback port of its own.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiServer(WebApplication app, ScriptedModel model, ScriptedModels models)
    {
        _app = app;
        Model = model;
        Models = models;
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient { BaseAddress = Address };
    }

    public ScriptedModel Model { get; }

    public ScriptedModels Models { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Over a scripted model.</summary>
    public static Task<ApiServer> StartAsync(Action<OpenAIServerOptions>? configure = null, TimeProvider? time = null, Action<WebApplication>? map = null) =>
        StartAsync(_ => { }, configure, time, map);

    /// <summary>Over the engines of a catalog.</summary>
    public static Task<ApiServer> StartAsync(LlmEngineCatalog catalog) => StartAsync(
        services =>
        {
            services.RemoveAll<IServedModels>();
            services.AddSingleton<IServedModels, CatalogModels>();
            services.AddSingleton(_ => catalog);
        });

    private static async Task<ApiServer> StartAsync(
        Action<IServiceCollection> register, Action<OpenAIServerOptions>? configure = null, TimeProvider? time = null, Action<WebApplication>? map = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        ScriptedModel model = new();
        ScriptedModels models = new(model);
        builder.Services.AddSingleton<IServedModels>(models);
        builder.Services.AddOpenAIServer(configure);
        if (time is not null)
        {
            builder.Services.Replace(ServiceDescriptor.Singleton(time));
        }

        register(builder.Services);
        WebApplication app = builder.Build();
        app.MapOpenAI();
        app.MapOpenAINotFound();
        map?.Invoke(app);
        await app.StartAsync();
        return new ApiServer(app, model, models);
    }

    public async Task<Answer> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        return await SendAsync(HttpMethod.Post, path, content, headers);
    }

    public Task<Answer> ChatAsync(string fields, params (string Name, string Value)[] headers) =>
        PostAsync("/v1/chat/completions", $$"""{"model":"default","messages":[{"role":"user","content":"Hi"}]{{(fields.Length > 0 ? "," + fields : "")}}}""", headers);

    public Task<Answer> CompleteAsync(string fields, params (string Name, string Value)[] headers) =>
        PostAsync("/v1/completions", $$"""{"model":"default"{{(fields.Length > 0 ? "," + fields : "")}}}""", headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                content!.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer((int)response.StatusCode, text, response.Headers, response.Content.Headers);
    }

    /// <summary>Sends bytes and reads until the server closes.</summary>
    public async Task<string> RawAsync(string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(Address.Host, Address.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(int Status, string Text, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public JsonElement Error => Json.GetProperty("error");

    public string? Header(string name) => Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : null;
}
