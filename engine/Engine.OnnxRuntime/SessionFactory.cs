using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>Opens graphs in ONNX Runtime.</summary>
internal static class SessionFactory
{
    /// <summary>Opens the decoder's graph.</summary>
    public static InferenceSession Open(ModelDirectory directory, ExecutionDevice device, LlmEngineOptions options, OnnxRuntimeOptions runtimeOptions)
    {
        using SessionOptions session = CreateOptions(device, options);
        session.GraphOptimizationLevel = runtimeOptions.GraphOptimizationLevel;
        foreach ((string key, string value) in runtimeOptions.SessionConfiguration)
        {
            session.AddSessionConfigEntry(key, value);
        }

        runtimeOptions.ConfigureSession?.Invoke(session);
        return new InferenceSession(directory.ModelFile, session);
    }

    /// <summary>Opens a graph of our own on the same device.</summary>
    public static InferenceSession Open(byte[] graph, ExecutionDevice device, LlmEngineOptions options)
    {
        using SessionOptions session = CreateOptions(device, options);
        return new InferenceSession(graph, session);
    }

    /// <summary>The version of the managed package.</summary>
    public static string PackageVersion { get; } = typeof(InferenceSession).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>What a session declares about its inputs or outputs.</summary>
    public static IReadOnlyList<ValueInfo> Describe(IReadOnlyDictionary<string, NodeMetadata> values) => [.. values.Select(value => Describe(value.Key, value.Value))];

    private static ValueInfo Describe(string name, NodeMetadata metadata)
    {
        if (metadata.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR)
        {
            return new ValueInfo(name, ElementType.Undefined, null);
        }

        return new ValueInfo(
            name,
            (ElementType)(int)metadata.ElementDataType,
            [.. metadata.Dimensions.Select((size, axis) => new Dimension(size, axis < metadata.SymbolicDimensions.Length ? metadata.SymbolicDimensions[axis] : ""))]);
    }

    private static SessionOptions CreateOptions(ExecutionDevice device, LlmEngineOptions options)
    {
        SessionOptions session = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        try
        {
            if (options.Threads > 0)
            {
                session.IntraOpNumThreads = options.Threads;
            }

            ExecutionProviders.Append(session, device, options.ProviderOptions);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
