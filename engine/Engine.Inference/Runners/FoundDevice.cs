using System.Diagnostics.CodeAnalysis;

namespace Engine.Inference.Runners;

/// <summary>A device that was looked for on this machine.</summary>
/// <param name="Device">The device.</param>
/// <param name="Name">What it calls itself; <see langword="null"/> where none was found.</param>
/// <param name="MemoryBytes">Its own memory; <see langword="null"/> where it is not known.</param>
/// <param name="WhyNot">Why a runner cannot compute on it, as a sentence that says what to do; <see langword="null"/> if it can.</param>
[Experimental("ENGINE001")]
public sealed record FoundDevice(ExecutionDevice Device, string? Name, long? MemoryBytes, string? WhyNot)
{
    /// <summary>Whether it can be computed on.</summary>
    public bool IsUsable => WhyNot is null;
}
