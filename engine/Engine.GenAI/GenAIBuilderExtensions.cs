using Engine.GenAI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Runs models on ONNX Runtime GenAI.</summary>
public static class GenAIBuilderExtensions
{
    /// <summary>
    /// Computes the model with ONNX Runtime GenAI instead of the managed runner. Device, provider options and the folder of the native libraries are those of
    /// the engine's options.
    /// </summary>
    /// <param name="builder">The model's registration.</param>
    public static ILlmEngineBuilder UseGenAI(this ILlmEngineBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Configure(options => options.Runner = GenAIModelRunner.Create);
    }
}
