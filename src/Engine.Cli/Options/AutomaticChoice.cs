using Engine.Inference;
using Engine.Inference.Runners;
using Engine.OnnxRuntime.Devices;

namespace Engine.Cli.Options;

/// <summary>The runner and the device for a model when not both were named.</summary>
/// <param name="Runner">The runner's name.</param>
/// <param name="Device">The device.</param>
/// <param name="Reason">Why, as a sentence; <see langword="null"/> where there was nothing to choose.</param>
internal sealed record AutomaticChoice(string Runner, ExecutionDevice Device, string? Reason)
{
    /// <summary>Chooses. What was named is taken, and never another in its place.</summary>
    /// <param name="options">What was said.</param>
    /// <param name="look">Chooses among the devices of the machine; only asked where nothing else decides.</param>
    public static AutomaticChoice Of(LlmEngineOptions options, Func<DeviceChoice> look)
    {
        if (options.Device is { } device)
        {
            return new AutomaticChoice(device.Kind == ExecutionDeviceKind.Cpu && !NeedsLibrary(options) ? RunnerChoice.Managed : RunnerChoice.OnnxRuntime, device, Reason: null);
        }

        // What only our own code honours says that it is to compute.
        if (options.AccuracyLevel is not null || options.KVCacheType is not null || options.PinThreads || options.Weights != default)
        {
            return new AutomaticChoice(RunnerChoice.Managed, ExecutionDevice.Cpu, Reason: null);
        }

        DeviceChoice choice = look();
        string runner = choice.Device.Kind == ExecutionDeviceKind.Cpu && !NeedsLibrary(options) ? RunnerChoice.Managed : RunnerChoice.OnnxRuntime;
        return new AutomaticChoice(runner, choice.Device, choice.Reason);
    }

    private static bool NeedsLibrary(LlmEngineOptions options) => options.NativeFolder is not null || options.ProviderOptions.Count > 0;
}
