using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Engine.Inference.Runners;

/// <summary>Keeps native runtimes from reporting to their maker: a server does not phone home unasked.</summary>
[Experimental("ENGINE001")]
public static partial class NativeTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>
    /// Sets <c>ORT_DISABLE_TELEMETRY=1</c>, which the official packages of ONNX Runtime and of ONNX Runtime GenAI read when they are loaded, unless the user gave
    /// it a value. To be called before that.
    /// </summary>
    public static void TurnOff()
    {
        if (OperatingSystem.IsWindows())
        {
            if (Environment.GetEnvironmentVariable(Variable) is null)
            {
                Environment.SetEnvironmentVariable(Variable, "1");
            }

            return;
        }

        // .NET keeps a copy of the environment on Unix; what native code reads is the C library's.
        _ = SetEnvironmentVariable(Variable, "1", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
