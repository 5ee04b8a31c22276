using Engine.Inference;
using Engine.Inference.Runners;
using Engine.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>The execution provider of each device.</summary>
internal static class ExecutionProviders
{
    /// <summary>Adds the provider of the device that was asked for to a session.</summary>
    /// <exception cref="InvalidModelException">ONNX Runtime was built without it, or takes none of these options.</exception>
    public static void Append(SessionOptions session, LlmEngineOptions options)
    {
        ExecutionDevice device = options.Device ?? ExecutionDevice.Cpu;
        if (device.Kind == ExecutionDeviceKind.Cpu)
        {
            if (options.ProviderOptions.Count > 0)
            {
                throw new InvalidModelException("The CPU has no ProviderOptions (--provider-option); leave them out, or choose another device with Device (--device).");
            }

            return;
        }

        (string provider, string package) = device.Kind == ExecutionDeviceKind.Cuda
            ? ("CUDAExecutionProvider", OperatingSystem.IsWindows() ? "Microsoft.ML.OnnxRuntime.Gpu.Windows" : "Microsoft.ML.OnnxRuntime.Gpu.Linux")
            : ("DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML (Windows only)");
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(provider))
        {
            throw new InvalidModelException($"This build of ONNX Runtime cannot compute on {device}: it has no {provider}; build with the package {package}, or name a folder with its libraries (--native-folder).");
        }

        Dictionary<string, string> providerOptions = new(options.ProviderOptions) { ["device_id"] = $"{device.Index}" };
        if (device.Kind == ExecutionDeviceKind.Cuda)
        {
            using OrtCUDAProviderOptions cuda = new();
            cuda.UpdateOptions(providerOptions);
            session.AppendExecutionProvider_CUDA(cuda);
            return;
        }

        // DirectML runs without these two, as ONNX Runtime's documentation demands.
        session.EnableMemoryPattern = false;
        session.ExecutionMode = ExecutionMode.ORT_SEQUENTIAL;
        session.AppendExecutionProvider("DML", providerOptions);
    }
}
