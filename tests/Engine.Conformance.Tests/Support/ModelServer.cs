using Engine.Inference;
using Engine.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Engine.Conformance.Tests.Support;

/// <summary>The API on a loopback port over the default model; one for all tests of the collection, which therefore run one after another.</summary>
public sealed class ModelServer : IAsyncLifetime
{
    public const string Key = "key-of-the-tests";

    private WebApplication? _app;

    /// <summary>What clients call their base address.</summary>
    public string Base => _app!.Urls.Single() + "/v1";

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLlmEngine(options =>
        {
            options.Model = Path.Combine(SharedData.Repository, "models/default");
            options.ModelId = "default";
        });
        builder.Services.AddOpenAIServer(options => options.ApiKeys.Add(Key));
        _app = builder.Build();
        _app.MapOpenAI();
        _app.MapOpenAINotFound();
        await _app.StartAsync();

        // The server loads its models by itself; here the tests wait for them.
        LlmEngineCatalog catalog = _app.Services.GetRequiredService<LlmEngineCatalog>();
        await catalog.LoadAsync();
        Assert.Null(Assert.Single(catalog.Models).Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}

/// <summary>The tests that share a <see cref="ModelServer"/>.</summary>
[CollectionDefinition(Name)]
public sealed class ModelServerTests : ICollectionFixture<ModelServer>
{
    public const string Name = "default model server";
}
