using Microsoft.Extensions.DependencyInjection;

namespace Engine.Inference.DependencyInjection;

internal sealed class LlmEngineBuilder(IServiceCollection services) : ILlmEngineBuilder
{
    public IServiceCollection Services { get; } = services;

    public LlmEngineRegistration Registration { get; } = new();

    public ILlmEngineBuilder Configure(Action<LlmEngineOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Registration.Configure(configure);
        return this;
    }
}
