using System.Reflection;
using System.Runtime.InteropServices;
using Engine.Inference.Runners;
using Engine.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>Where ONNX Runtime's native libraries are loaded from; for the whole process, as a library is loaded once.</summary>
internal static class NativeLibraries
{
    private static readonly Lock Gate = new();
    private static string? _folder;
    private static bool _used;

    /// <summary>Chooses the folder. To be called before anything of ONNX Runtime is.</summary>
    /// <param name="folder">The folder; <see langword="null"/>: wherever the libraries that came with the program are.</param>
    /// <exception cref="InvalidModelException">There is no such library, or another folder is in use already.</exception>
    public static void Use(string? folder)
    {
        string? path = folder is null ? null : Path.GetFullPath(folder);
        lock (Gate)
        {
            NativeTelemetry.TurnOff();
            if (_used && path is not null && path != _folder)
            {
                throw new InvalidModelException(
                    $"ONNX Runtime's native libraries are loaded already from {_folder ?? "the program's folder"}; all models of a process take the same NativeFolder (--native-folder).");
            }

            if (!_used && path is not null)
            {
                string library = Path.Combine(path, FileName);
                if (!File.Exists(library))
                {
                    throw new InvalidModelException($"There is no {FileName} in {path}; NativeFolder (--native-folder) names the folder of ONNX Runtime's native libraries.");
                }

                OrtEnv.DisableDllImportResolver = true;
                NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, Resolve);
                _folder = path;
            }

            _used = true;
        }
    }

    /// <summary>Whether the library is where it is looked for.</summary>
    public static bool Exists() => File.Exists(Path.Combine(_folder ?? AppContext.BaseDirectory, FileName));

    private static string FileName => OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name is "onnxruntime" or "onnxruntime.dll" ? NativeLibrary.Load(Path.Combine(_folder!, FileName)) : IntPtr.Zero;
}
