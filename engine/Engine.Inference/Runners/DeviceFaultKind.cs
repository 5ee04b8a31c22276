using System.Diagnostics.CodeAnalysis;

namespace Engine.Inference.Runners;

/// <summary>What kind of trouble a native library reports of a device.</summary>
[Experimental("ENGINE001")]
public enum DeviceFaultKind
{
    /// <summary>None of the others: the model's or the call's own.</summary>
    Other,

    /// <summary>The library was built without the device's provider, or a library of the provider is missing.</summary>
    ProviderMissing,

    /// <summary>The machine has no such adapter, or no driver for it.</summary>
    NoAdapter,

    /// <summary>Memory of the device or of the processor does not suffice.</summary>
    OutOfMemory,

    /// <summary>The device was removed, reset or hung; what it held is gone.</summary>
    DeviceLost,
}
