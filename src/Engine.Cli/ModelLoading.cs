using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;

namespace Engine.Cli;

/// <summary>Loads models for commands.</summary>
internal static class ModelLoading
{
    /// <summary>Loads a model, and shows meanwhile that it does.</summary>
    public static Task<LlmEngine> LoadAsync(CommandContext context, LlmEngineOptions options) =>
        context.Terminal.WorkingAsync($"Loading {options.Model}", () => LlmEngine.LoadAsync(options, cancellationToken: context.Interruption.Token));

    /// <summary>Opens a model's runner alone: nothing schedules, nothing is text.</summary>
    public static Task<IModelRunner> OpenRunnerAsync(CommandContext context, LlmEngineOptions options) =>
        context.Terminal.WorkingAsync($"Loading {options.Model}", () => Task.FromResult(options.Runner!(ModelDirectory.Open(options.Model, options.AllowNativeCode), options)));
}
