using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;

namespace Engine.OnnxRuntime;

/// <summary>Why a model could not be opened, in one sentence with the package or command that mends it.</summary>
internal static partial class LoadFault
{
    /// <summary>What a package of ONNX Runtime for a device is called here.</summary>
    public static string PackageOf(ExecutionDeviceKind kind) => kind switch
    {
        ExecutionDeviceKind.Cuda => OperatingSystem.IsWindows() ? "Microsoft.ML.OnnxRuntime.Gpu.Windows" : "Microsoft.ML.OnnxRuntime.Gpu.Linux",
        ExecutionDeviceKind.DirectML => "Microsoft.ML.OnnxRuntime.DirectML",
        _ => "Microsoft.ML.OnnxRuntime",
    };

    /// <summary>How to get ONNX Runtime for a device, as the end of a sentence.</summary>
    public static string HowToGet(ExecutionDeviceKind kind) => kind == ExecutionDeviceKind.DirectML && !OperatingSystem.IsWindows()
        ? "DirectML exists on Windows alone"
        : $"build with -p:OnnxRuntimePackage={PackageOf(kind)}, or name a folder with its libraries (--native-folder)";

    /// <summary>The exception to throw in place of what ONNX Runtime or the loader of native libraries threw.</summary>
    /// <param name="directory">The model.</param>
    /// <param name="device">What it was opened on.</param>
    /// <param name="cause">What was thrown.</param>
    public static InvalidModelException Of(ModelDirectory directory, ExecutionDevice device, Exception cause)
    {
        if (OfLibrary(cause) is string fault)
        {
            return new InvalidModelException(fault, cause);
        }

        string what = DeviceFault.OneSentence(cause.Message);
        string other = device.Kind == ExecutionDeviceKind.Cpu ? "" : " (\"engine devices\" lists them), or compute on the processor (--device cpu)";
        return new InvalidModelException(
            DeviceFault.KindOf(cause.Message) switch
            {
                DeviceFaultKind.ProviderMissing when device.Kind == ExecutionDeviceKind.Cuda => $"{CudaLibraries(cause.Message)}, or compute on the processor (--device cpu).",
                DeviceFaultKind.ProviderMissing => $"This build of ONNX Runtime cannot compute on {device} ({what}); {HowToGet(device.Kind)}.",
                DeviceFaultKind.NoAdapter => $"This machine has no adapter for {device}, or no driver for it ({what}); install the driver, choose another device{other}.",
                DeviceFaultKind.OutOfMemory => $"There is not enough memory on {device} for {directory.ModelFile} ({what}); use a smaller or more quantised export, a shorter context (--context-length), or fewer sequences (--max-sequences).",
                DeviceFaultKind.DeviceLost => $"The device {device} was lost while {directory.ModelFile} was loaded ({what}); start again, and update its driver if it happens again.",
                _ => $"{directory.ModelFile} cannot be run by ONNX Runtime on {device}: {what}{Letters(directory.ModelFile)}; the managed runner may.",
            },
            cause);
    }

    /// <summary>What is wrong with ONNX Runtime's native library; <see langword="null"/> if the exception is about something else.</summary>
    public static string? OfLibrary(Exception exception)
    {
        // The library is looked for when the package's static members run first, so the cause is inside.
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            string what = DeviceFault.OneSentence(cause.Message);
            switch (cause)
            {
                case BadImageFormatException:
                    return $"ONNX Runtime's native library is none for this process ({RuntimeInformation.RuntimeIdentifier}; {what}); take the one of the package {PackageOf(ExecutionDeviceKind.Cpu)} {SessionFactory.PackageVersion} for this system, or use the managed runner.";
                case EntryPointNotFoundException:
                    return WrongVersion(what);
                case DllNotFoundException when OperatingSystem.IsWindows() && NativeLibraries.Exists():
                    return $"ONNX Runtime's native library is there, but not all that it needs ({what}); install the Visual C++ runtime (winget install Microsoft.VCRedist.2015+.x64), or use the managed runner.";
                case DllNotFoundException:
                    return $"ONNX Runtime's native library was not found ({what}); build with the package {PackageOf(ExecutionDeviceKind.Cpu)} {SessionFactory.PackageVersion}, name a folder that has it (--native-folder), or use the managed runner.";
                default:
                    break;
            }
        }

        // An older library has no interface of the version that the binding asks for, and the binding trips over the missing one.
        return exception is TypeInitializationException ? WrongVersion(DeviceFault.OneSentence((exception.InnerException ?? exception).Message)) : null;
    }

    /// <summary>Which library CUDA's provider misses and what has it, as a sentence without its end.</summary>
    public static string CudaLibraries(string message)
    {
        Match missing = MissingLibrary().Match(message);
        string version = missing.Success && missing.Groups["version"].Value is { Length: > 0 } number && !missing.Value.Contains("cudnn", StringComparison.Ordinal) ? number : "13";
        string advice = OperatingSystem.IsWindows()
            ? $"install CUDA {version} and cuDNN 9 for it, and put their folders bin on PATH"
            : $"install NVIDIA's packages cuda-libraries-{version}-0 and libcudnn9-cuda-{version}, or put their libraries on LD_LIBRARY_PATH";
        return missing.Success
            ? $"ONNX Runtime's CUDA provider needs {missing.Groups["name"].Value}, which was not found: {advice}"
            : $"ONNX Runtime's CUDA provider cannot be loaded ({DeviceFault.OneSentence(message)}): {advice}";
    }

    [GeneratedRegex(@"(?<name>lib[A-Za-z0-9_]+\.so(\.(?<version>[0-9]+))?[0-9.]*): cannot open shared object file", RegexOptions.CultureInvariant)]
    private static partial Regex MissingLibrary();

    private static string WrongVersion(string what) =>
        $"ONNX Runtime's native library is older than its binding {SessionFactory.PackageVersion} ({what}); take the library of that version, or build with -p:OnnxRuntimeManagedVersion set to the library's version.";

    private static string Letters(string path) =>
        path.All(char.IsAscii) || !OperatingSystem.IsWindows() ? "" : ", perhaps because its path has letters beyond ASCII: move the folder to one without";
}
