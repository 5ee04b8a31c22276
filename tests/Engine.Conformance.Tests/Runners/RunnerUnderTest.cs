using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;
using Engine.Onnx.Tensors;
using Engine.OnnxRuntime;

namespace Engine.Conformance.Tests.Runners;

/// <summary>Runners by the names that the command line gives them.</summary>
internal static class RunnerUnderTest
{
    public static string[] Names => ["onnxruntime", "managed", "managed-plain"];

    /// <summary>Each runner with the accuracy levels that it takes.</summary>
    public static (string Runner, int? AccuracyLevel)[] Precisions => [("onnxruntime", null), ("managed", null), ("managed", 4)];

    public static IModelRunner Open(string runner, string folder, Action<LlmEngineOptions>? configure = null)
    {
        ModelDirectory directory = ModelDirectory.Open(folder);
        LlmEngineOptions options = new() { Model = folder, Threads = 2, KVCacheType = runner == "managed" ? TypeInTheGraph(directory) : null };
        configure?.Invoke(options);
        return runner switch
        {
            "onnxruntime" => OnnxRuntimeModelRunner.Create(directory, options),
            "managed" => ManagedModelRunner.Create(directory, options),
            "managed-plain" => ManagedModelRunner.Create(directory, options, paged: false),
            _ => throw new ArgumentOutOfRangeException(nameof(runner)),
        };
    }

    // Keys and values as everybody else keeps them, so that a difference is one of arithmetic.
    private static KVCacheType TypeInTheGraph(ModelDirectory directory)
    {
        using OnnxModel graph = OnnxModel.Load(directory.ModelFile);
        ModelSignature signature = ModelSignature.Create(directory, graph.Inputs, graph.Outputs);
        return signature.Caches.Any(pair => pair.Past.ElementType == ElementType.Float16) ? KVCacheType.Float16 : KVCacheType.Float32;
    }
}
