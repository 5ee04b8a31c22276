using Engine.Server;
using Engine.Server.Capabilities;
using Engine.Server.ChatCompletions;
using Engine.Server.Completions;
using Engine.Server.Errors;
using Engine.Server.Hosting;
using Engine.Server.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the OpenAI API into an application.</summary>
public static class OpenAIEndpointRouteBuilderExtensions
{
    private static readonly string[] Get = ["GET"];
    private static readonly string[] Post = ["POST"];

    /// <summary>
    /// Maps the API under <paramref name="prefix"/>, paths that do not exist there included, and the health checks. Needs
    /// <c>services.AddOpenAIServer()</c>.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">Where the API lies; <c>/v1</c> by default, which is what clients expect.</param>
    /// <returns>Conventions for all paths of the API; the health checks are not among them.</returns>
    public static IEndpointConventionBuilder MapOpenAI(this IEndpointRouteBuilder endpoints, string prefix = "/v1")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        IServiceProvider services = endpoints.ServiceProvider;
        RequestPipeline pipeline = services.GetService<RequestPipeline>()
            ?? throw new InvalidOperationException("The OpenAI API is not registered: call services.AddOpenAIServer() before MapOpenAI().");
        ModelsHandler models = services.GetRequiredService<ModelsHandler>();

        // Every path takes every method, so that a wrong one is answered in the API's own shape.
        RouteGroupBuilder api = endpoints.MapGroup(prefix);
        api.Map("/chat/completions", pipeline.Around(services.GetRequiredService<ChatCompletionsHandler>().HandleAsync, Post));
        api.Map("/completions", pipeline.Around(services.GetRequiredService<CompletionsHandler>().HandleAsync, Post));
        api.Map("/models", pipeline.Around(models.ListAsync, Get));
        api.Map("/models/{**id}", pipeline.Around(models.GetAsync, Get));
        api.Map("/capabilities", pipeline.Around(CapabilitiesHandler.HandleAsync, Get));
        api.Map("/{**path}", pipeline.Around(UnknownAsync, []));

        if (services.GetRequiredService<IOptions<OpenAIServerOptions>>().Value.MapHealth)
        {
            HealthHandler health = services.GetRequiredService<HealthHandler>();
            endpoints.Map("/health", pipeline.Around(HealthHandler.LiveAsync, Get, needsKey: false));
            endpoints.Map("/health/ready", pipeline.Around(health.ReadyAsync, Get, needsKey: false));
        }

        return api;
    }

    /// <summary>Answers every path that nothing else is mapped to with a 404 in the API's shape. For servers that serve nothing but the API.</summary>
    public static IEndpointConventionBuilder MapOpenAINotFound(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        RequestPipeline pipeline = endpoints.ServiceProvider.GetRequiredService<RequestPipeline>();
        return endpoints.MapFallback("{**path}", pipeline.Around(UnknownAsync, [], needsKey: false));
    }

    private static Task UnknownAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        throw new OpenAIException(
            StatusCodes.Status404NotFound,
            $"There is nothing at {context.Request.Method} {(path.Length > 80 ? path[..80] + "…" : path)}. The API lies under /v1, as in POST /v1/chat/completions.",
            ErrorCodes.UnknownUrl);
    }
}
