using Engine.Inference.Runners;

namespace Engine.Cli.Devices;

/// <summary>Whether a runner computes on a device.</summary>
/// <param name="Runner">The runner's name.</param>
/// <param name="Device">The device, and why not on it.</param>
internal sealed record RunnerDevice(string Runner, FoundDevice Device);
