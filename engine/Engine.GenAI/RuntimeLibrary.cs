using System.Runtime.InteropServices;
using Engine.Onnx;

namespace Engine.GenAI;

/// <summary>Asks a loaded ONNX Runtime whether GenAI can use it: GenAI itself does not ask, it ends the process.</summary>
internal static unsafe class RuntimeLibrary
{
    /// <summary>What GenAI 0.18 is built with; on Windows it takes no other.</summary>
    private const uint BuiltWith = 31;

    /// <summary>What it takes at least elsewhere.</summary>
    private const uint Oldest = 18;

    /// <summary>Checks it.</summary>
    /// <exception cref="InvalidModelException">It is too old, or no ONNX Runtime.</exception>
    public static void Check(IntPtr library)
    {
        uint wanted = OperatingSystem.IsWindows() ? BuiltWith : Oldest;
        string version = "";
        if (NativeLibrary.TryGetExport(library, "OrtGetApiBase", out IntPtr function))
        {
            // struct OrtApiBase { const OrtApi* GetApi(uint32_t version); const char* GetVersionString(); }
            IntPtr* functions = ((delegate* unmanaged<IntPtr*>)function)();
            version = Marshal.PtrToStringUTF8(((delegate* unmanaged<IntPtr>)functions[1])()) ?? "";
            if (((delegate* unmanaged<uint, IntPtr>)functions[0])(wanted) != IntPtr.Zero)
            {
                return;
            }
        }

        throw new InvalidModelException(
            $"ONNX Runtime GenAI {NativeLibraries.PackageVersion} cannot use this ONNX Runtime{(version.Length > 0 ? $" {version}" : "")}: it asks for 1.{wanted} or later; update the package Microsoft.ML.OnnxRuntime, or the library in NativeFolder (--native-folder).");
    }
}
