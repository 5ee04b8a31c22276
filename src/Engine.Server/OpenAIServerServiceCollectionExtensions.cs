using Engine.Server;
using Engine.Server.ChatCompletions;
using Engine.Server.Completions;
using Engine.Server.Hosting;
using Engine.Server.Models;
using Engine.Server.Streaming;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the OpenAI API.</summary>
public static class OpenAIServerServiceCollectionExtensions
{
    /// <summary>Registers what <c>app.MapOpenAI()</c> needs. The models are those of <c>services.AddLlmEngine()</c>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddOpenAIServer(this IServiceCollection services, Action<OpenAIServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddRouting();
        OptionsBuilder<OpenAIServerOptions> options = services.AddOptions<OpenAIServerOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OpenAIServerOptions>, OpenAIServerOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IServedModels, CatalogModels>();
        services.AddHostedService<EngineWarmupService>();
        services.TryAddSingleton<RequestPipeline>();
        services.TryAddSingleton<StreamPump>();
        services.TryAddSingleton<ChatCompletionsHandler>();
        services.TryAddSingleton<CompletionsHandler>();
        services.TryAddSingleton<ModelsHandler>();
        services.TryAddSingleton<HealthHandler>();
        return services;
    }
}
