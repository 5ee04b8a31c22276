using System.Runtime.InteropServices;
using Engine.Inference.Runners;
using Engine.Onnx;

namespace Engine.GenAI;

/// <summary>Why a native library could not be loaded, in one sentence with the package or command that mends it.</summary>
internal static class NativeLibraryFault
{
    /// <summary>The exception to throw in place of the loader's.</summary>
    /// <param name="name">The library, without prefix and suffix.</param>
    /// <param name="path">Where it was looked for; <see langword="null"/>: among those that came with the program.</param>
    /// <param name="cause">What the loader threw.</param>
    public static InvalidModelException Of(string name, string? path, Exception cause)
    {
        string what = DeviceFault.OneSentence(cause.Message);
        string sentence = cause switch
        {
            BadImageFormatException =>
                $"{path ?? name} is no library for this process ({RuntimeInformation.RuntimeIdentifier}): {what}; take the one of the package for this system.",
            _ when path is not null && File.Exists(path) && OperatingSystem.IsWindows() =>
                $"{path} is there, but not all that it needs: {what}; install the Visual C++ runtime (winget install Microsoft.VCRedist.2015+.x64) and the libraries of its device.",
            _ when path is not null && File.Exists(path) =>
                $"{path} is there, but not all that it needs: {what}; install the libraries that it names (ldd lists them).",
            _ => $"ONNX Runtime GenAI's native library {name} was not found; build with the package {PackageOf(name)}, or name a folder that has it with NativeFolder (--native-folder).",
        };
        return new InvalidModelException(sentence, cause);
    }

    private static string PackageOf(string name) => name == "onnxruntime" ? "Microsoft.ML.OnnxRuntime" : $"Microsoft.ML.OnnxRuntimeGenAI {NativeLibraries.PackageVersion}";
}
