using System.Globalization;
using System.Runtime.InteropServices;
using Engine.Cli.Options;
using Engine.GenAI;
using Engine.Inference.Runners;
using Engine.OnnxRuntime.Devices;

namespace Engine.Cli.Devices;

/// <summary>What this machine can compute on.</summary>
/// <param name="Devices">Each runner with each device that was looked for.</param>
/// <param name="Drivers">The drivers there are.</param>
/// <param name="Default">What a model runs on when nothing is said and it fits.</param>
internal sealed record DeviceReport(IReadOnlyList<RunnerDevice> Devices, IReadOnlyList<string> Drivers, RunnerDevice Default)
{
    /// <summary>Looks around. Never throws.</summary>
    public static DeviceReport OfMachine(string? nativeFolder) => Of(
        DeviceSearch.Find(nativeFolder),
        GenAILibrary.WhyNot(nativeFolder),
        [.. new[] { ExecutionDeviceKind.Cuda, ExecutionDeviceKind.DirectML }.Select(kind => DeviceSearch.AdaptersOf(kind).Driver).OfType<string>()],
        new FoundDevice(ExecutionDevice.Cpu, Processor(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, WhyNot: null));

    /// <summary>Puts together what was found.</summary>
    /// <param name="found">What ONNX Runtime was found to compute on, the processor first.</param>
    /// <param name="whyNotGenAI">Why ONNX Runtime GenAI's library cannot be used; which devices it has is only known once it loads a model.</param>
    /// <param name="drivers">The drivers.</param>
    /// <param name="processor">The processor.</param>
    public static DeviceReport Of(IReadOnlyList<FoundDevice> found, string? whyNotGenAI, IReadOnlyList<string> drivers, FoundDevice processor)
    {
        RunnerDevice managed = new(RunnerChoice.Managed, processor);
        List<RunnerDevice> all = [managed];
        all.AddRange(found.Select(device => new RunnerDevice(RunnerChoice.OnnxRuntime, device)));
        all.Add(new RunnerDevice(RunnerChoice.GenAI, new FoundDevice(ExecutionDevice.Cpu, null, null, whyNotGenAI)));
        RunnerDevice? adapter = all.FirstOrDefault(device => device.Device.IsUsable && device.Device.Device.Kind != ExecutionDeviceKind.Cpu);
        return new DeviceReport(all, drivers, adapter ?? managed);
    }

    private static string Processor() =>
        string.Create(CultureInfo.InvariantCulture, $"{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}, {Environment.ProcessorCount} processors");
}
