using Engine.OnnxRuntime;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Runs models on ONNX Runtime.</summary>
public static class OnnxRuntimeBuilderExtensions
{
    /// <summary>Computes the model with ONNX Runtime instead of the managed runner.</summary>
    /// <param name="builder">The model's registration.</param>
    /// <param name="configure">Configures the session; nothing by default.</param>
    public static ILlmEngineBuilder UseOnnxRuntime(this ILlmEngineBuilder builder, Action<OnnxRuntimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        OnnxRuntimeOptions runtimeOptions = new();
        configure?.Invoke(runtimeOptions);
        return builder.Configure(options => options.Runner = (directory, engineOptions) => OnnxRuntimeModelRunner.Create(directory, engineOptions, runtimeOptions));
    }
}
