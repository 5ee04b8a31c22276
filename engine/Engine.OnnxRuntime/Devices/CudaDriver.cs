using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Engine.OnnxRuntime.Devices;

/// <summary>NVIDIA's driver, asked through its own library, which counts adapters as CUDA does.</summary>
public static unsafe class CudaDriver
{
    private const int NoDevice = 100;
    private const string Advice = "install NVIDIA's driver (https://www.nvidia.com/drivers), or, in a container, give it the adapters (docker run --gpus all)";

    /// <summary>The adapters. Never throws; without a driver there are none.</summary>
    public static AdapterList Find()
    {
        string library = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (OperatingSystem.IsMacOS() || !NativeLibrary.TryLoad(library, out nint handle))
        {
            return new AdapterList([], null, $"There is no NVIDIA driver ({library} was not found); {Advice}.");
        }

        // The library stays loaded: what computes takes the same one.
        if (!Exports(handle, out nint initialize, out nint version, out nint count, out nint name, out nint memory))
        {
            return new AdapterList([], null, $"{library} is no NVIDIA driver that is known; {Advice}.");
        }

        int number = 0;
        string? driver = ((delegate* unmanaged<int*, int>)version)(&number) == 0 && number > 0
            ? string.Create(CultureInfo.InvariantCulture, $"NVIDIA's driver for CUDA up to {number / 1000}.{number % 1000 / 10}")
            : null;
        int error = ((delegate* unmanaged<uint, int>)initialize)(0);
        if (error != 0)
        {
            return new AdapterList([], driver, error == NoDevice
                ? $"NVIDIA's driver sees no adapter; {Advice}."
                : $"NVIDIA's driver does not start (error {error}); restart the machine, or {Advice}.");
        }

        int adapters = 0;
        List<Adapter> found = [];
        byte* text = stackalloc byte[256];
        _ = ((delegate* unmanaged<int*, int>)count)(&adapters);
        for (int index = 0; index < adapters; index++)
        {
            nuint bytes = 0;
            text[0] = 0;
            _ = ((delegate* unmanaged<byte*, int, int, int>)name)(text, 255, index);
            _ = ((delegate* unmanaged<nuint*, int, int>)memory)(&bytes, index);
            found.Add(new Adapter(index, Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text)), (long)bytes));
        }

        return new AdapterList(found, driver, found.Count > 0 ? null : $"NVIDIA's driver sees no adapter; {Advice}.");
    }

    private static bool Exports(nint library, out nint initialize, out nint version, out nint count, out nint name, out nint memory)
    {
        version = count = name = memory = 0;
        return NativeLibrary.TryGetExport(library, "cuInit", out initialize)
            && NativeLibrary.TryGetExport(library, "cuDriverGetVersion", out version)
            && NativeLibrary.TryGetExport(library, "cuDeviceGetCount", out count)
            && NativeLibrary.TryGetExport(library, "cuDeviceGetName", out name)
            && NativeLibrary.TryGetExport(library, "cuDeviceTotalMem_v2", out memory);
    }
}
