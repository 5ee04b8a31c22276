using Engine.Server.Models;
using Engine.Server.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Engine.Server.Tests;

public sealed class OpenAIEndpointRouteBuilderExtensionsTests
{
    [Fact]
    public async Task MapOpenAI_ConventionsOfTheCaller_ApplyToThePathsOfTheApiOnly()
    {
        await using WebApplication app = Build();

        app.MapOpenAI("/ai/v1").WithMetadata("mine");

        Assert.Equal(
            ["/ai/v1/capabilities", "/ai/v1/chat/completions", "/ai/v1/completions", "/ai/v1/models", "/ai/v1/models/{**id}", "/ai/v1/{**path}"],
            Endpoints(app).Where(endpoint => endpoint.Metadata.Contains("mine")).Select(endpoint => endpoint.RoutePattern.RawText).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["/health", "/health/ready"],
            Endpoints(app).Where(endpoint => !endpoint.Metadata.Contains("mine")).Select(endpoint => endpoint.RoutePattern.RawText).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task MapOpenAI_WithoutHealth_LeavesThosePathsToTheApplication()
    {
        await using WebApplication app = Build(options => options.MapHealth = false);

        app.MapOpenAI();

        Assert.DoesNotContain(Endpoints(app), endpoint => endpoint.RoutePattern.RawText!.StartsWith("/health", StringComparison.Ordinal));
    }

    private static WebApplication Build(Action<OpenAIServerOptions>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<IServedModels>(new ScriptedModels(new ScriptedModel()));
        builder.Services.AddOpenAIServer(configure);
        return builder.Build();
    }

    private static IEnumerable<RouteEndpoint> Endpoints(IEndpointRouteBuilder app) => app.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();
}
