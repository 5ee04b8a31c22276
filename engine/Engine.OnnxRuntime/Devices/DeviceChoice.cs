using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Engine.Inference.Models;
using Engine.Inference.Runners;

namespace Engine.OnnxRuntime.Devices;

/// <summary>The device that a model runs on when nobody said which.</summary>
/// <param name="Device">The device.</param>
/// <param name="Reason">Why this one, as a sentence; <see langword="null"/> on a machine that has no other.</param>
[Experimental("ENGINE001")]
public sealed record DeviceChoice(ExecutionDevice Device, string? Reason)
{
    /// <summary>Room that a model takes beside its weights: keys, values and what is computed in between, at the least a quarter of them.</summary>
    private const double Overhead = 1.25;

    /// <summary>Chooses for a model's folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="nativeFolder">The folder of ONNX Runtime's native libraries; <see langword="null"/>: those that came with the program.</param>
    public static DeviceChoice For(ModelDirectory directory, string? nativeFolder = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        IReadOnlyList<FoundDevice> adapters = DeviceSearch.FindAdapters(nativeFolder);
        return adapters.Count == 0 ? new DeviceChoice(ExecutionDevice.Cpu, null) : Among(adapters, DeviceBudget.WeightBytes(directory));
    }

    /// <summary>Chooses among adapters: the first that can be used and has room, else the processor.</summary>
    internal static DeviceChoice Among(IReadOnlyList<FoundDevice> adapters, long weightBytes)
    {
        FoundDevice? roomy = adapters.FirstOrDefault(adapter => adapter.IsUsable && (adapter.MemoryBytes ?? 0) >= weightBytes * Overhead);
        if (roomy is not null)
        {
            return new DeviceChoice(roomy.Device, $"Computing on {roomy.Device}, {roomy.Name}: the model's {Size(weightBytes)} fit its {Size(roomy.MemoryBytes!.Value)} (--device cpu computes on the processor).");
        }

        FoundDevice? usable = adapters.FirstOrDefault(adapter => adapter.IsUsable);
        if (usable is not null)
        {
            return new DeviceChoice(ExecutionDevice.Cpu, $"Computing on the processor: {usable.Device}, {usable.Name}, has {Size(usable.MemoryBytes ?? 0)}, too little for the model's {Size(weightBytes)} (--device {usable.Device} tries it).");
        }

        return adapters.Count == 0
            ? new DeviceChoice(ExecutionDevice.Cpu, null)
            : new DeviceChoice(ExecutionDevice.Cpu, $"Computing on the processor, though there is {adapters[0].Device}, {adapters[0].Name}. {adapters[0].WhyNot}");
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB");
}
