using Engine.Inference;
using Engine.Inference.Models;
using Engine.Onnx;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>Opens a graph in ONNX Runtime and says in one sentence why it cannot.</summary>
internal static class SessionFactory
{
    /// <summary>Opens the decoder's graph.</summary>
    public static InferenceSession Open(ModelDirectory directory, LlmEngineOptions options, OnnxRuntimeOptions runtimeOptions)
    {
        NativeLibraries.Use(options.NativeFolder);
        try
        {
            using SessionOptions session = new() { GraphOptimizationLevel = runtimeOptions.GraphOptimizationLevel, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            if (options.Threads > 0)
            {
                session.IntraOpNumThreads = options.Threads;
            }

            foreach ((string key, string value) in runtimeOptions.SessionConfiguration)
            {
                session.AddSessionConfigEntry(key, value);
            }

            ExecutionProviders.Append(session, options);
            runtimeOptions.ConfigureSession?.Invoke(session);
            return new InferenceSession(directory.ModelFile, session);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidModelException($"{directory.ModelFile} cannot be run by ONNX Runtime: {OneSentence(exception.Message)}; the managed runner may.", exception);
        }
        catch (Exception exception) when (NativeFault(exception) is { } fault)
        {
            throw new InvalidModelException(
                $"ONNX Runtime's native library cannot be used ({OneSentence(fault.Message)}); install the package Microsoft.ML.OnnxRuntime {PackageVersion} for this system, or use the managed runner.",
                exception);
        }
    }

    /// <summary>The version of the managed package.</summary>
    public static string PackageVersion { get; } = typeof(InferenceSession).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>What a session declares about its inputs or outputs.</summary>
    public static IReadOnlyList<ValueInfo> Describe(IReadOnlyDictionary<string, NodeMetadata> values) => [.. values.Select(value => Describe(value.Key, value.Value))];

    /// <summary>A message on one line, without its last full stop and at a length that a console takes.</summary>
    public static string OneSentence(string message)
    {
        string line = message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return line.Length > 400 ? line[..400] + "…" : line;
    }

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

    // The library is looked for when the package's static members run first, so the cause is inside.
    private static Exception? NativeFault(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
            {
                return cause;
            }
        }

        return exception is TypeInitializationException ? exception : null;
    }
}
