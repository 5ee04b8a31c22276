using Engine.Inference;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures one model registered by <see cref="LlmEngineServiceCollectionExtensions.AddLlmEngine"/>.</summary>
public interface ILlmEngineBuilder
{
    /// <summary>Where the model is registered.</summary>
    IServiceCollection Services { get; }

    /// <summary>Further configures the model; runs after what was configured before.</summary>
    ILlmEngineBuilder Configure(Action<LlmEngineOptions> configure);
}
