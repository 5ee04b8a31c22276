using Engine.Inference;

namespace Engine.Cli;

/// <summary>Loads models for commands.</summary>
internal static class ModelLoading
{
    /// <summary>Loads a model, and shows meanwhile that it does.</summary>
    public static Task<LlmEngine> LoadAsync(CommandContext context, LlmEngineOptions options) =>
        context.Terminal.WorkingAsync($"Loading {options.Model}", () => LlmEngine.LoadAsync(options, cancellationToken: context.Interruption.Token));
}
