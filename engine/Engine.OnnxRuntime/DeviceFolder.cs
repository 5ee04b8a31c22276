using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Runners.DirectML;
using Engine.Onnx;

namespace Engine.OnnxRuntime;

/// <summary>The one place where a model's folder gives way to another that a device runs.</summary>
internal static class DeviceFolder
{
    /// <summary>The folder to run.</summary>
    /// <param name="directory">The model's own.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="InvalidModelException">The device cannot run the model, or runs it wrong.</exception>
    public static ModelDirectory For(ModelDirectory directory, ExecutionDevice device)
    {
        if (device.Kind == ExecutionDeviceKind.DirectML)
        {
            return DirectMLFolder.Prepare(directory);
        }

        return device.Kind == ExecutionDeviceKind.Cpu && CudaLayout.Find(directory.ModelFile) is string layout
            ? throw new InvalidModelException($"The model cannot run on the CPU: {layout}, or run it on an NVIDIA adapter (--device cuda).")
            : directory;
    }
}
