using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Engine.Inference;
using Engine.Inference.KVCache;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Engine.GenAI.Tests;

/// <summary>The API on a loopback port over a small model on GenAI, with room for two sequences at a time.</summary>
public sealed class GenAIServer : IAsyncLifetime
{
    private StoriesFolder? _folder;
    private WebApplication? _app;
    private CountingRunner? _runner;

    /// <summary>A client whose base address is the server's.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });

    /// <summary>Tokens computed since the model was loaded.</summary>
    public long ComputedTokens => Interlocked.Read(ref _runner!.Tokens);

    /// <summary>Called before each step.</summary>
    internal Action? BeforeStep
    {
        set => _runner!.BeforeStep = value;
    }

    public async ValueTask InitializeAsync()
    {
        _folder = StoriesFolder.Copy("stories", _ => { });
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddLlmEngine(options => (options.Model, options.ModelId, options.Threads, options.MaxSequences) = (_folder.Path, "stories", 2, 2))
            .UseGenAI()
            .Configure(options =>
            {
                ModelRunnerFactory create = options.Runner!;
                options.Runner = (directory, configured) => _runner = new CountingRunner(create(directory, configured));
            });
        builder.Services.AddOpenAIServer();
        _app = builder.Build();
        _app.MapOpenAI();
        await _app.StartAsync();
        LlmEngineCatalog catalog = _app.Services.GetRequiredService<LlmEngineCatalog>();
        await catalog.LoadAsync();
        Assert.Null(Assert.Single(catalog.Models).Error);
        Client.BaseAddress = new Uri(_app.Urls.Single());
    }

    /// <summary>Asks for a chat completion.</summary>
    /// <param name="message">What the user says.</param>
    /// <param name="fields">Further members of the request, with a comma before the first.</param>
    public async Task<JsonElement> ChatAsync(string message, string fields = "")
    {
        using HttpResponseMessage response = await Client.PostAsync(
            "/v1/chat/completions", Body(message, fields), TestContext.Current.CancellationToken);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, answer.GetRawText());
        return answer;
    }

    /// <summary>The body of a request.</summary>
    public static StringContent Body(string message, string fields) => new(
        $$"""{"model":"stories","messages":[{"role":"user","content":"{{message}}"}]{{fields}}}""", Encoding.UTF8, "application/json");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _folder?.Dispose();
    }

    private sealed class CountingRunner(IModelRunner inner) : IModelRunner
    {
        public long Tokens;

        public Action? BeforeStep { get; set; }

        public int VocabularySize => inner.VocabularySize;

        public int ContextLength => inner.ContextLength;

        public KVCacheLayout KVCacheLayout => inner.KVCacheLayout;

        public string Fingerprint => inner.Fingerprint;

        public void Execute(StepPlan plan, Span<float> logits)
        {
            BeforeStep?.Invoke();
            inner.Execute(plan, logits);
            Interlocked.Add(ref Tokens, plan.TokenIds.Length);
        }

        public void Dispose() => inner.Dispose();
    }
}
