using System.CommandLine;
using Engine.GenAI;
using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.OnnxRuntime;
using Engine.OnnxRuntime.Devices;

namespace Engine.Cli.Options;

/// <summary>The runners there are, by the names people type.</summary>
internal static class RunnerChoice
{
    /// <summary>Whichever suits the device; the default.</summary>
    public const string Automatic = "auto";

    /// <summary>Ours, in C#; the one for the processor.</summary>
    public const string Managed = "managed";

    /// <summary>Microsoft's native library; the one for adapters.</summary>
    public const string OnnxRuntime = "onnxruntime";

    /// <summary>The native library above it, which keeps keys and values on the device.</summary>
    public const string GenAI = "genai";

    /// <summary>All of them.</summary>
    public static readonly string[] All = [Managed, OnnxRuntime, GenAI];

    /// <summary>The option <c>--runner</c>.</summary>
    public static Option<string> Option() => Values.Word(
        "--runner", "What computes: our own code, the native library of ONNX Runtime or ONNX Runtime GenAI, or our own on the processor and ONNX Runtime on other devices", [Automatic, .. All]);

    /// <summary>Makes runners of that name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="note">Hears why a device was chosen that nobody named.</param>
    public static ModelRunnerFactory Factory(string name, Action<string> note) => name switch
    {
        Automatic => (directory, options) =>
        {
            AutomaticChoice choice = AutomaticChoice.Of(options, () => DeviceChoice.For(directory, options.NativeFolder));
            Take(options, choice.Device, choice.Reason, note);
            return Factory(choice.Runner, note)(directory, options);
        },
        OnnxRuntime => (directory, options) => CreateOnnxRuntime(directory, options, note),
        GenAI => GenAIModelRunner.Create,
        _ => ManagedModelRunner.Create,
    };

    private static IModelRunner CreateOnnxRuntime(ModelDirectory directory, LlmEngineOptions options, Action<string> note)
    {
        if (options.Device is null)
        {
            DeviceChoice choice = DeviceChoice.For(directory, options.NativeFolder);
            Take(options, choice.Device, choice.Reason, note);
        }

        return OnnxRuntimeModelRunner.Create(directory, options);
    }

    private static void Take(LlmEngineOptions options, ExecutionDevice device, string? reason, Action<string> note)
    {
        options.Device = device;
        if (reason is not null)
        {
            note(reason);
        }
    }
}
