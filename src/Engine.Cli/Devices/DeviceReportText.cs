using System.Globalization;
using Engine.Inference.Runners;

namespace Engine.Cli.Devices;

/// <summary>The devices, for people.</summary>
internal static class DeviceReportText
{
    /// <summary>Writes a line for each runner and device, then the drivers and the default.</summary>
    public static void Write(DeviceReport report, TextWriter output)
    {
        foreach (RunnerDevice device in report.Devices)
        {
            string line = $"{device.Runner,-12} {device.Device.Device,-8} {(device.Device.IsUsable ? "yes" : "no"),-4} {Description(device.Device)}";
            output.WriteLine(line.TrimEnd());
        }

        output.WriteLine();
        foreach (string driver in report.Drivers)
        {
            output.WriteLine($"Driver   {driver}");
        }

        output.WriteLine($"Default  --runner {report.Default.Runner} --device {report.Default.Device.Device}{(report.Default.Device.Device.Kind == ExecutionDeviceKind.Cpu ? "" : ", for models that fit its memory")}");
    }

    private static string Description(FoundDevice device)
    {
        string name = device.Name is null ? "" : device.MemoryBytes is long bytes ? string.Create(CultureInfo.InvariantCulture, $"{device.Name}, {bytes / (double)(1L << 30):F1} GiB") : device.Name;
        return device.WhyNot is null ? name : name.Length == 0 ? device.WhyNot : $"{name}. {device.WhyNot}";
    }
}
