namespace Engine.Inference.DependencyInjection;

/// <summary>What was configured for one model, in the order of configuration.</summary>
internal sealed class LlmEngineRegistration
{
    private readonly List<Action<LlmEngineOptions>> _configure = [];

    public void Configure(Action<LlmEngineOptions> configure) => _configure.Add(configure);

    public LlmEngineOptions CreateOptions()
    {
        LlmEngineOptions options = new();
        foreach (Action<LlmEngineOptions> configure in _configure)
        {
            configure(options);
        }

        return options;
    }
}
