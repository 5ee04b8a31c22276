using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Runners.DirectML;

namespace Engine.OnnxRuntime;

/// <summary>The one place where a model's folder gives way to another that a device runs.</summary>
internal static class DeviceFolder
{
    /// <summary>The folder to run.</summary>
    /// <param name="directory">The model's own.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="Engine.Onnx.InvalidModelException">The device cannot run the model, or runs it wrong.</exception>
    public static ModelDirectory For(ModelDirectory directory, ExecutionDevice device) =>
        device.Kind == ExecutionDeviceKind.DirectML ? DirectMLFolder.Prepare(directory) : directory;
}
