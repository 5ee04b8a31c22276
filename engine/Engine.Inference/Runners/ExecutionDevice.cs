using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Engine.Inference.Runners;

/// <summary>What computes a model: <c>cpu</c>, <c>cuda[:index]</c> or <c>dml[:index]</c>.</summary>
/// <param name="Kind">What kind of hardware.</param>
/// <param name="Index">Which adapter, counted from 0 in the order of CUDA or DXGI; 0 for the processor.</param>
[Experimental("ENGINE001")]
public readonly record struct ExecutionDevice(ExecutionDeviceKind Kind, int Index = 0)
{
    /// <summary>More adapters than a machine has.</summary>
    private const int MaxIndex = 255;

    /// <summary>The processor; also the value of <see langword="default"/>.</summary>
    public static ExecutionDevice Cpu => default;

    /// <summary>Reads a device.</summary>
    /// <param name="text"><c>cpu</c>, <c>cuda</c>, <c>dml</c>, the last two with a colon and an index from 0 to 255 behind it or without.</param>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static ExecutionDevice Parse(string text) =>
        TryParse(text, out ExecutionDevice device) ? device : throw new FormatException($"A device is cpu, cuda or dml, the last two also with an index as in cuda:1, not \"{text}\".");

    /// <summary>Reads a device.</summary>
    /// <param name="text">What <see cref="Parse"/> takes.</param>
    /// <param name="device">The device; the processor if it is none.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out ExecutionDevice device)
    {
        device = Cpu;
        ReadOnlySpan<char> name = text;
        int colon = name.IndexOf(':');
        int index = 0;
        if (colon >= 0)
        {
            if (!int.TryParse(name[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out index) || index > MaxIndex)
            {
                return false;
            }

            name = name[..colon];
        }

        switch (name)
        {
            case "cpu" when colon < 0:
                return true;
            case "cuda":
                device = new ExecutionDevice(ExecutionDeviceKind.Cuda, index);
                return true;
            case "dml":
                device = new ExecutionDevice(ExecutionDeviceKind.DirectML, index);
                return true;
            default:
                return false;
        }
    }

    /// <summary>As <see cref="Parse"/> takes it: <c>cpu</c>, <c>cuda:0</c>, <c>dml:1</c>.</summary>
    public override string ToString() => Kind switch
    {
        ExecutionDeviceKind.Cpu => "cpu",
        ExecutionDeviceKind.Cuda => string.Create(CultureInfo.InvariantCulture, $"cuda:{Index}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"dml:{Index}"),
    };
}
