using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;

namespace Engine.GenAI;

/// <summary>Why a model could not be loaded, in one sentence with the package or command that mends it.</summary>
internal static class LoadFault
{
    /// <summary>The exception to throw in place of what GenAI or the loader of native libraries threw.</summary>
    public static InvalidModelException Of(ModelDirectory directory, ExecutionDevice? device, Exception cause)
    {
        string what = DeviceFault.OneSentence(cause.Message);
        if (cause is EntryPointNotFoundException)
        {
            return new InvalidModelException(
                $"ONNX Runtime GenAI's native library is not of the version {NativeLibraries.PackageVersion} ({what}); take the one of the package Microsoft.ML.OnnxRuntimeGenAI {NativeLibraries.PackageVersion}.", cause);
        }

        string name = device?.ToString() ?? string.Join(", ", directory.Config.Decoder.Providers);
        string sentence = DeviceFault.KindOf(cause.Message) switch
        {
            DeviceFaultKind.ProviderMissing => $"This build of ONNX Runtime GenAI cannot compute on {name} ({what}); {PackageFor(device)}, name a folder with its libraries (--native-folder), or compute on the processor (--device cpu).",
            DeviceFaultKind.NoAdapter => $"This machine has no adapter for {name} ({what}); install its driver, choose another device (\"engine devices\" lists them), or compute on the processor (--device cpu).",
            DeviceFaultKind.OutOfMemory => $"There is not enough memory on {name} for {directory.ModelFile} ({what}); use a smaller or more quantised export, or another device (--device).",
            DeviceFaultKind.DeviceLost => $"The device {name} was lost while {directory.ModelFile} was loaded ({what}); start again, and update its driver if it happens again.",
            _ => $"{directory.ModelFile} cannot be run by ONNX Runtime GenAI: {what}{Letters(directory.Path)}; the managed runner may.",
        };
        return new InvalidModelException(sentence, cause);
    }

    /// <summary>The refusal of DirectML where it does not exist.</summary>
    public static InvalidModelException NoDirectML(ExecutionDevice device) =>
        new($"This machine cannot compute on {device}: DirectML exists on Windows alone; compute on the processor (--device cpu) or by CUDA (--device cuda).");

    private static string PackageFor(ExecutionDevice? device) => device?.Kind switch
    {
        ExecutionDeviceKind.Cuda => $"build with -p:GenAIPackage=Microsoft.ML.OnnxRuntimeGenAI.Cuda ({NativeLibraries.PackageVersion}) and the ONNX Runtime, CUDA and cuDNN that it asks for",
        ExecutionDeviceKind.DirectML => $"build with -p:GenAIPackage=Microsoft.ML.OnnxRuntimeGenAI.DirectML ({NativeLibraries.PackageVersion})",
        _ => "build with the package of ONNX Runtime GenAI for it",
    };

    private static string Letters(string path) =>
        path.All(char.IsAscii) || !OperatingSystem.IsWindows() ? "" : ", perhaps because its path has letters beyond ASCII: move the folder to one without";
}
