using System.Diagnostics.CodeAnalysis;
using Engine.Inference.Runners;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime.Devices;

/// <summary>What ONNX Runtime can compute on here, and why not on the rest. Adapters are asked for first, native libraries loaded only where there are some.</summary>
[Experimental("ENGINE001")]
public static class DeviceSearch
{
    private static readonly ExecutionDeviceKind[] Accelerators = [ExecutionDeviceKind.Cuda, ExecutionDeviceKind.DirectML];

    /// <summary>Finds the devices, the processor first. Never throws.</summary>
    /// <param name="nativeFolder">The folder of ONNX Runtime's native libraries; <see langword="null"/>: those that came with the program.</param>
    public static IReadOnlyList<FoundDevice> Find(string? nativeFolder = null)
    {
        string? fault = LibraryFault(nativeFolder);
        List<FoundDevice> found = [new(ExecutionDevice.Cpu, null, null, fault)];
        foreach (ExecutionDeviceKind kind in Accelerators)
        {
            // Beyond Windows no package has DirectML, and that is said already.
            bool exists = kind != ExecutionDeviceKind.DirectML || OperatingSystem.IsWindows();
            found.AddRange(FoundOf(kind, AdaptersOf(kind), exists ? fault ?? WhyNoProvider(kind) : null));
        }

        return found;
    }

    /// <summary>
    /// The adapters to choose among, the best first: those of NVIDIA, and others that this build can compute on. On a machine without any, nothing of ONNX
    /// Runtime is loaded. Never throws.
    /// </summary>
    /// <param name="nativeFolder">The folder of ONNX Runtime's native libraries; <see langword="null"/>: those that came with the program.</param>
    public static IReadOnlyList<FoundDevice> FindAdapters(string? nativeFolder = null) =>
        Accelerators.Any(kind => AdaptersOf(kind).Adapters.Count > 0)
            ? [.. Find(nativeFolder).Where(IsChoice)]
            : [];

    /// <summary>The adapters and the driver of a kind of device.</summary>
    public static AdapterList AdaptersOf(ExecutionDeviceKind kind) => kind == ExecutionDeviceKind.Cuda ? CudaDriver.Find() : DxgiAdapters.Find();

    /// <summary>Why a device is not on this machine; <see langword="null"/> if it is.</summary>
    internal static string? WhyNoAdapter(ExecutionDevice device)
    {
        AdapterList list = AdaptersOf(device.Kind);
        return list.WhyNone ?? (list.Adapters.Any(adapter => adapter.Index == device.Index)
            ? null
            : $"There are {list.Adapters.Count} adapters, counted from 0; \"engine devices\" lists them.");
    }

    /// <summary>The devices of a kind, from what was found out about it.</summary>
    internal static IEnumerable<FoundDevice> FoundOf(ExecutionDeviceKind kind, AdapterList adapters, string? whyNoProvider) => adapters.Adapters.Count == 0
        ? [new FoundDevice(new ExecutionDevice(kind), null, null, string.Join(' ', new[] { adapters.WhyNone, whyNoProvider }.OfType<string>()))]
        : adapters.Adapters.Select(adapter => new FoundDevice(new ExecutionDevice(kind, adapter.Index), adapter.Name, adapter.MemoryBytes, whyNoProvider));

    // Every Windows machine has some adapter, and a program without DirectML does not complain of it at each start.
    private static bool IsChoice(FoundDevice device) => device.Device.Kind switch
    {
        ExecutionDeviceKind.Cuda => device.Name is not null,
        ExecutionDeviceKind.DirectML => device.IsUsable && !device.Name!.EndsWith(Adapter.SoftwareMark, StringComparison.Ordinal),
        _ => false,
    };

    private static string? LibraryFault(string? nativeFolder)
    {
        try
        {
            NativeLibraries.Use(nativeFolder);
            _ = OrtEnv.Instance();
            return null;
        }
        catch (Exception exception)
        {
            return LoadFault.OfLibrary(exception) ?? DeviceFault.OneSentence(exception.Message) + ".";
        }
    }

    // The provider's own libraries are loaded when its options are made.
    private static string? WhyNoProvider(ExecutionDeviceKind kind)
    {
        try
        {
            if (!OrtEnv.Instance().GetAvailableProviders().Contains(ExecutionProviders.NameOf(kind)))
            {
                return $"This build of ONNX Runtime has no {ExecutionProviders.NameOf(kind)}; {LoadFault.HowToGet(kind)}.";
            }

            if (kind == ExecutionDeviceKind.Cuda)
            {
                using OrtCUDAProviderOptions options = new();
                options.UpdateOptions(new Dictionary<string, string> { ["device_id"] = "0" });
            }

            return null;
        }
        catch (OnnxRuntimeException exception)
        {
            return LoadFault.CudaLibraries(exception.Message) + ".";
        }
    }
}
