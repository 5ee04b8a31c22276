using System.Reflection;
using System.Runtime.InteropServices;
using Engine.Inference.Runners;
using Engine.Onnx;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Engine.GenAI;

/// <summary>
/// GenAI's native library and the ONNX Runtime that it needs, loaded once a process. Looked for in the folder that the user names (there, or where a package keeps
/// it: <c>runtimes/SYSTEM/native</c>), else where those are that came with the program.
/// </summary>
internal static class NativeLibraries
{
    /// <summary>The version of the managed package, which does not tell it; the native one is to be the same.</summary>
    public const string PackageVersion = "0.18.0";

    private const string GenAIName = "onnxruntime-genai";
    private const string RuntimeName = "onnxruntime";

    private static readonly Lock Gate = new();
    private static string? _folder;
    private static IntPtr _library;

    /// <summary>Loads the libraries. To be called before anything of GenAI is.</summary>
    /// <param name="folder">Where they are; <see langword="null"/>: those that came with the program.</param>
    /// <exception cref="InvalidModelException">They are missing, or others are loaded already; the message says what to do.</exception>
    public static void Use(string? folder)
    {
        string? full = folder is null ? null : Path.GetFullPath(folder);
        lock (Gate)
        {
            if (_library == IntPtr.Zero)
            {
                Load(full);
            }
            else if (full is not null && full != _folder)
            {
                throw new InvalidModelException(
                    $"ONNX Runtime GenAI's native libraries are loaded already from {_folder ?? "the program's folder"}; all models of a process take the same NativeFolder (--native-folder).");
            }
        }
    }

    private static void Load(string? folder)
    {
        NativeTelemetry.TurnOff();
        string? place = folder is null ? null : PlaceOf(FileName(GenAIName), folder) ?? throw new InvalidModelException(
            $"There is no {FileName(GenAIName)} in {folder} nor in its {PackagePlace}; NativeFolder (--native-folder) names the folder of ONNX Runtime GenAI's native libraries.");

        // GenAI ends the process if it cannot load ONNX Runtime, so that comes first; it takes the one that is loaded already.
        RuntimeLibrary.Check(LoadOne(RuntimeName, place, beside: true));
        LoadOne("DirectML", place, beside: true, isOptional: true);
        _library = LoadOne(GenAIName, place, beside: false);
        NativeLibrary.SetDllImportResolver(typeof(Generator).Assembly, Resolve);
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => GenAIModel.ShutDown();
        _folder = folder;
    }

    /// <summary>Loads a library from a folder, else the one that came with the program.</summary>
    private static IntPtr LoadOne(string name, string? place, bool beside, bool isOptional = false)
    {
        string file = FileName(name);
        string? path = place is null ? null : Path.Combine(place, file);
        try
        {
            if (path is not null && (!beside || File.Exists(path)))
            {
                return NativeLibrary.Load(path);
            }

            return isOptional ? IntPtr.Zero : NativeLibrary.Load(name, typeof(NativeLibraries).Assembly, searchPath: null);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw NativeLibraryFault.Of(name, path, exception);
        }
    }

    private static string PackagePlace => Path.Combine("runtimes", $"{System}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native");

    private static string System => OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";

    private static string? PlaceOf(string file, string folder) =>
        new[] { folder, Path.Combine(folder, PackagePlace) }.FirstOrDefault(place => File.Exists(Path.Combine(place, file)));

    private static string FileName(string name) => OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name is GenAIName ? _library : IntPtr.Zero;
}
