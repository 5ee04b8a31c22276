using Engine.Inference;
using Microsoft.Extensions.AI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures one model registered by <see cref="LlmEngineServiceCollectionExtensions.AddLlmEngine"/>.</summary>
public interface ILlmEngineBuilder
{
    /// <summary>Where the model is registered.</summary>
    IServiceCollection Services { get; }

    /// <summary>Further configures the model; runs after what was configured before.</summary>
    ILlmEngineBuilder Configure(Action<LlmEngineOptions> configure);

    /// <summary>
    /// Lets the model be injected as <see cref="IChatClient"/>. The model is loaded by the first call if nobody did it before.
    /// </summary>
    /// <param name="serviceKey">Under which key; <see langword="null"/>, the default: under none.</param>
    ILlmEngineBuilder AddChatClient(object? serviceKey = null);
}
