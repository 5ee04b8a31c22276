namespace Engine.OnnxRuntime;

/// <summary>Where a model's keys, values and logits are.</summary>
internal enum TensorPlace
{
    /// <summary>In the memory of the processor.</summary>
    Host,

    /// <summary>In memory of the device, one tensor for all rows.</summary>
    Device,

    /// <summary>In memory of the device, a tensor a row, and prompts are computed whole.</summary>
    DeviceRows,
}
