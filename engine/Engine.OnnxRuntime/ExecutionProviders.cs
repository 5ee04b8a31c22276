using System.Globalization;
using Engine.Inference.Runners;
using Engine.Onnx;
using Engine.OnnxRuntime.Devices;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>The execution provider of each device.</summary>
internal static class ExecutionProviders
{
    /// <summary>What ONNX Runtime calls the provider of a kind of device.</summary>
    public static string NameOf(ExecutionDeviceKind kind) => kind switch
    {
        ExecutionDeviceKind.Cuda => "CUDAExecutionProvider",
        ExecutionDeviceKind.DirectML => "DmlExecutionProvider",
        _ => "CPUExecutionProvider",
    };

    /// <summary>Adds a device's provider to a session.</summary>
    /// <exception cref="InvalidModelException">ONNX Runtime was built without it, or it takes none of these options.</exception>
    public static void Append(SessionOptions session, ExecutionDevice device, IDictionary<string, string> providerOptions)
    {
        if (device.Kind == ExecutionDeviceKind.Cpu)
        {
            if (providerOptions.Count > 0)
            {
                throw new InvalidModelException("The CPU has no ProviderOptions (--provider-option); leave them out, or choose another device with Device (--device).");
            }

            return;
        }

        if (!OrtEnv.Instance().GetAvailableProviders().Contains(NameOf(device.Kind)))
        {
            throw new InvalidModelException($"This build of ONNX Runtime cannot compute on {device}: it has no {NameOf(device.Kind)}; {LoadFault.HowToGet(device.Kind)}.");
        }

        if (DeviceSearch.WhyNoAdapter(device) is string why)
        {
            throw new InvalidModelException($"{device} cannot be used. {why}");
        }

        Dictionary<string, string> all = new(providerOptions) { ["device_id"] = device.Index.ToString(CultureInfo.InvariantCulture) };
        if (device.Kind == ExecutionDeviceKind.Cuda)
        {
            using OrtCUDAProviderOptions cuda = new();
            try
            {
                cuda.UpdateOptions(all);
            }
            catch (OnnxRuntimeException exception) when (DeviceFault.KindOf(exception.Message) == DeviceFaultKind.Other)
            {
                throw new InvalidModelException($"The CUDA provider refuses its options ({DeviceFault.OneSentence(exception.Message)}); see ProviderOptions (--provider-option).", exception);
            }

            session.AppendExecutionProvider_CUDA(cuda);
            return;
        }

        // DirectML runs without these two, as ONNX Runtime's documentation demands.
        session.EnableMemoryPattern = false;
        session.ExecutionMode = ExecutionMode.ORT_SEQUENTIAL;
        session.AppendExecutionProvider("DML", all);
    }
}
