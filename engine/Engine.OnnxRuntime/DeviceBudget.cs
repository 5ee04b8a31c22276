using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.OnnxRuntime.Devices;

namespace Engine.OnnxRuntime;

/// <summary>How much of a device's memory keys and values may take.</summary>
internal static class DeviceBudget
{
    /// <summary>The bytes: half of what weights, and a tenth for everything else, leave. <see langword="null"/> where the device does not say what it has.</summary>
    public static long? Bytes(ExecutionDevice device, ModelDirectory directory) =>
        device.Kind == ExecutionDeviceKind.Cuda && CudaDriver.Find().Adapters.FirstOrDefault(adapter => adapter.Index == device.Index) is { } adapter
            ? Math.Max(1, ((adapter.MemoryBytes / 10 * 9) - WeightBytes(directory)) / 2)
            : null;

    /// <summary>About what a model's weights take: its graph's file and those beside it whose names begin with the same.</summary>
    public static long WeightBytes(ModelDirectory directory) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(directory.ModelFile)!, Path.GetFileName(directory.ModelFile) + "*").Sum(file => new FileInfo(file).Length);
}
