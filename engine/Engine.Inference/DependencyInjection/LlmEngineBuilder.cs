using Microsoft.Extensions.AI;
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

    public ILlmEngineBuilder AddChatClient(object? serviceKey = null)
    {
        if (serviceKey is null)
        {
            Services.AddSingleton(CreateClient);
        }
        else
        {
            Services.AddKeyedSingleton(serviceKey, (provider, _) => CreateClient(provider));
        }

        return this;
    }

    private IChatClient CreateClient(IServiceProvider provider) =>
        provider.GetRequiredService<LlmEngineCatalog>().AsChatClient(LlmEngine.IdOf(Registration.Options));
}
