namespace Engine.OnnxRuntime.Devices;

/// <summary>The adapters that a driver shows.</summary>
/// <param name="Adapters">The adapters; none if there is no driver.</param>
/// <param name="Driver">The driver, or the interface, and its version; <see langword="null"/> if there is none.</param>
/// <param name="WhyNone">Why there are none, as a sentence that says what to do; <see langword="null"/> if there are.</param>
public sealed record AdapterList(IReadOnlyList<Adapter> Adapters, string? Driver, string? WhyNone);
