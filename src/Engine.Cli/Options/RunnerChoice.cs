using System.CommandLine;
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

    /// <summary>The option <c>--runner</c>.</summary>
    public static Option<string> Option() => Values.Word("--runner", "What computes: our own code, or ONNX Runtime's native library", Managed, OnnxRuntime);

    /// <summary>Makes runners of that name.</summary>
    public static ModelRunnerFactory Factory(string name) => name is OnnxRuntime ? OnnxRuntimeModelRunner.Create : ManagedModelRunner.Create;
}
