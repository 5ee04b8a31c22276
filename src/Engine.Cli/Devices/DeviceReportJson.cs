using System.Text.Encodings.Web;
using System.Text.Json;

namespace Engine.Cli.Devices;

/// <summary>The devices, for programs: one JSON object.</summary>
internal static class DeviceReportJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it.</summary>
    public static void Write(DeviceReport report, Stream output)
    {
        using (Utf8JsonWriter writer = new(output, Options))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("devices");
            foreach (RunnerDevice device in report.Devices)
            {
                writer.WriteStartObject();
                writer.WriteString("runner", device.Runner);
                writer.WriteString("device", device.Device.Device.ToString());
                writer.WriteBoolean("usable", device.Device.IsUsable);
                writer.WriteString("name", device.Device.Name);
                if (device.Device.MemoryBytes is long bytes)
                {
                    writer.WriteNumber("memory_bytes", bytes);
                }
                else
                {
                    writer.WriteNull("memory_bytes");
                }

                writer.WriteString("why_not", device.Device.WhyNot);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("drivers");
            foreach (string driver in report.Drivers)
            {
                writer.WriteStringValue(driver);
            }

            writer.WriteEndArray();
            writer.WriteStartObject("default");
            writer.WriteString("runner", report.Default.Runner);
            writer.WriteString("device", report.Default.Device.Device.ToString());
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
