namespace Engine.Inference.DependencyInjection;

/// <summary>What was configured for one model, in the order of configuration.</summary>
internal sealed class LlmEngineRegistration
{
    private readonly List<Action<LlmEngineOptions>> _configure = [];
    private readonly Lazy<LlmEngineOptions> _options;

    public LlmEngineRegistration() => _options = new Lazy<LlmEngineOptions>(CreateOptions);

    /// <summary>The options, put together when first asked for.</summary>
    /// <exception cref="ArgumentException">One of them is out of its range.</exception>
    public LlmEngineOptions Options => _options.Value;

    public void Configure(Action<LlmEngineOptions> configure) => _configure.Add(configure);

    private LlmEngineOptions CreateOptions()
    {
        LlmEngineOptions options = new();
        foreach (Action<LlmEngineOptions> configure in _configure)
        {
            configure(options);
        }

        LlmEngineOptionsValidator.Validate(options);
        return options;
    }
}
