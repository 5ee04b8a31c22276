using Engine.Inference;
using Engine.Inference.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models.</summary>
public static class LlmEngineServiceCollectionExtensions
{
    /// <summary>
    /// Registers a model, and the <see cref="LlmEngineCatalog"/> that holds all registered ones. May be called several times, once a model. The
    /// model is loaded by <see cref="LlmEngineCatalog.LoadAsync"/>.
    /// </summary>
    /// <param name="services">Where to register.</param>
    /// <param name="configure">Says which model, and how it is served.</param>
    public static ILlmEngineBuilder AddLlmEngine(this IServiceCollection services, Action<LlmEngineOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        LlmEngineBuilder builder = new(services);
        builder.Configure(configure);
        services.AddSingleton(builder.Registration);
        services.TryAddSingleton(provider =>
        {
            LlmEngineCatalog catalog = new(provider.GetService<ILoggerFactory>(), provider.GetService<TimeProvider>());
            foreach (LlmEngineRegistration registration in provider.GetServices<LlmEngineRegistration>())
            {
                catalog.Add(registration.Options);
            }

            return catalog;
        });
        return builder;
    }
}
