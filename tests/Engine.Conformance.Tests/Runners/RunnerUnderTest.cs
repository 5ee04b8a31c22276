using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
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
        LlmEngineOptions options = new() { Model = folder, Threads = 2, KVCacheType = runner == "managed" ? KVCacheType.Float32 : null };
        configure?.Invoke(options);
        ModelDirectory directory = ModelDirectory.Open(folder);
        return runner switch
        {
            "onnxruntime" => OnnxRuntimeModelRunner.Create(directory, options),
            "managed" => ManagedModelRunner.Create(directory, options),
            "managed-plain" => ManagedModelRunner.Create(directory, options, paged: false),
            _ => throw new ArgumentOutOfRangeException(nameof(runner)),
        };
    }
}
