using System.Globalization;
using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Engine.GenAI;

/// <summary>Execution providers: which the folder names, and how another is named in their place.</summary>
internal static class DeviceConfig
{
    /// <summary>What to compute on: what was asked for, else what the folder was made for; <see langword="null"/> for providers that we have no name for.</summary>
    /// <exception cref="InvalidModelException">Options of a provider, and no provider to take them.</exception>
    public static ExecutionDevice? Choose(ModelDirectory directory, LlmEngineOptions options)
    {
        ExecutionDevice? device = options.Device ?? Named(directory.Config.Decoder.Providers);
        return device is { Kind: ExecutionDeviceKind.Cpu } && options.ProviderOptions.Count > 0
            ? throw new InvalidModelException("The CPU has no ProviderOptions (--provider-option); leave them out, or choose another device with Device (--device).")
            : device;
    }

    /// <summary>Names the device's provider in a configuration, with its options; those of the folder for the same provider stay.</summary>
    public static void Apply(Config config, ModelDirectory directory, ExecutionDevice? device, IDictionary<string, string> options)
    {
        IReadOnlyList<string> named = directory.Config.Decoder.Providers;
        string provider = device is { } chosen ? ProviderOf(chosen.Kind) : named[0];
        if (device is not null && !(named is [string only] && Same(only, provider)))
        {
            config.ClearProviders();
            if (device is not { Kind: ExecutionDeviceKind.Cpu })
            {
                config.AppendProvider(provider);
            }
        }

        if (device is { Index: > 0 } other)
        {
            config.SetProviderOption(provider, other.Kind == ExecutionDeviceKind.Cuda ? "device_id" : "device_index", other.Index.ToString(CultureInfo.InvariantCulture));
        }

        foreach ((string key, string value) in options)
        {
            config.SetProviderOption(provider, key, value);
        }
    }

    private static ExecutionDevice? Named(IReadOnlyList<string> providers) => providers switch
    {
        [] => ExecutionDevice.Cpu,
        [string only] when Same(only, "cpu") => ExecutionDevice.Cpu,
        [string only] when Same(only, "cuda") => new ExecutionDevice(ExecutionDeviceKind.Cuda),
        [string only] when Same(only, "dml") => new ExecutionDevice(ExecutionDeviceKind.DirectML),
        _ => null,
    };

    private static string ProviderOf(ExecutionDeviceKind kind) => kind switch
    {
        ExecutionDeviceKind.Cuda => "cuda",
        ExecutionDeviceKind.DirectML => "dml",
        _ => "cpu",
    };

    private static bool Same(string name, string provider) =>
        name.Equals(provider, StringComparison.OrdinalIgnoreCase) || name.Equals($"{provider}ExecutionProvider", StringComparison.OrdinalIgnoreCase);
}
