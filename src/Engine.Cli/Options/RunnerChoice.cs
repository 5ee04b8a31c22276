using System.CommandLine;
using Engine.GenAI;
using Engine.Inference.Runners;
using Engine.OnnxRuntime;

namespace Engine.Cli.Options;

/// <summary>The runners there are, by the names people type.</summary>
internal static class RunnerChoice
{
    /// <summary>Ours, in C#; the default.</summary>
    public const string Managed = "managed";

    /// <summary>Microsoft's native library.</summary>
    public const string OnnxRuntime = "onnxruntime";

    /// <summary>The native library above it, which keeps keys and values on the device.</summary>
    public const string GenAI = "genai";

    /// <summary>All of them.</summary>
    public static readonly string[] All = [Managed, OnnxRuntime, GenAI];

    /// <summary>The option <c>--runner</c>.</summary>
    public static Option<string> Option() => Values.Word("--runner", "What computes: our own code, or the native library of ONNX Runtime or ONNX Runtime GenAI", All);

    /// <summary>Makes runners of that name.</summary>
    public static ModelRunnerFactory Factory(string name) => name switch
    {
        OnnxRuntime => OnnxRuntimeModelRunner.Create,
        GenAI => GenAIModelRunner.Create,
        _ => ManagedModelRunner.Create,
    };
}
