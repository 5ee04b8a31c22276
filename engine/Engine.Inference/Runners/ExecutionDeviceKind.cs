using System.Diagnostics.CodeAnalysis;

namespace Engine.Inference.Runners;

/// <summary>What kind of hardware computes, and by which interface it is driven.</summary>
[Experimental("ENGINE001")]
public enum ExecutionDeviceKind
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA adapter, by CUDA.</summary>
    Cuda,

    /// <summary>Any adapter of a Windows machine, by Direct3D 12.</summary>
    DirectML,
}
