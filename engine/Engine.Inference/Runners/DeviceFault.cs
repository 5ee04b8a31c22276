using System.Diagnostics.CodeAnalysis;

namespace Engine.Inference.Runners;

/// <summary>Reads what native libraries say of devices; they have no codes for it, only texts.</summary>
[Experimental("ENGINE001")]
public static class DeviceFault
{
    private const int LongestMessage = 400;

    private static readonly (DeviceFaultKind Kind, string[] Signs)[] Signs =
    [
        (DeviceFaultKind.DeviceLost,
        [
            "DEVICE_REMOVED", "DEVICE_HUNG", "DEVICE_RESET", "887A0005", "887A0006", "887A0007", "887A0020", "device lost", "device was removed",
            "illegal memory access", "unspecified launch failure", "CUDA failure 700", "CUDA failure 719", "CUDA failure 999", "uncorrectable ECC",
        ]),
        (DeviceFaultKind.OutOfMemory,
        [
            "out of memory", "bad_alloc", "bad allocation", "Failed to allocate memory", "not enough memory", "E_OUTOFMEMORY", "8007000E", "ALLOC_FAILED", "CUDA failure 2:",
        ]),
        (DeviceFaultKind.NoAdapter,
        [
            "no CUDA-capable device", "invalid device ordinal", "driver version is insufficient", "CUDA failure 100:", "CUDA failure 101:", "CUDA failure 35:",
            "887A0002", "DXGI_ERROR_NOT_FOUND", "No adapter", "no devices", "887A0004",
        ]),
        (DeviceFaultKind.ProviderMissing,
        [
            "interface not available", "not been built with", "not supported in this build", "onnxruntime_providers_", "provider is not available",
            "not enabled in this build", "Unknown provider", "libcud", "libcublas", "libcufft", "libcurand",
        ]),
    ];

    /// <summary>What kind of trouble a message tells of.</summary>
    public static DeviceFaultKind KindOf(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach ((DeviceFaultKind kind, string[] signs) in Signs)
        {
            if (signs.Any(sign => message.Contains(sign, StringComparison.OrdinalIgnoreCase)))
            {
                return kind;
            }
        }

        return DeviceFaultKind.Other;
    }

    /// <summary>A message on one line, without its last full stop and at a length that a console takes.</summary>
    public static string OneSentence(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        string line = message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return line.Length > LongestMessage ? line[..LongestMessage] + "…" : line;
    }
}
