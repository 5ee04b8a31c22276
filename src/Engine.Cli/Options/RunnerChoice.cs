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
    public static Option<string> Option() => new("--runner")
    {
        HelpName = $"{Managed}|{OnnxRuntime}",
        Description = "What computes: our own code, or ONNX Runtime's native library",
        DefaultValueFactory = _ => Managed,
        CustomParser = result =>
        {
            string name = result.Tokens[0].Value;
            if (name is not (Managed or OnnxRuntime))
            {
                result.AddError($"--runner is {Managed} or {OnnxRuntime}, not \"{name}\".");
            }

            return name;
        },
        CompletionSources = { Managed, OnnxRuntime },
    };

    /// <summary>Makes runners of that name; <see langword="null"/>: the engine's own choice, which is the managed one.</summary>
    public static ModelRunnerFactory? Factory(string name) => name is OnnxRuntime ? OnnxRuntimeModelRunner.Create : null;
}
