using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Engine.Cli.Benchmarking;

/// <summary>Figures as lines: for programs that compare engines, and for people.</summary>
internal static class MeasurementText
{
    /// <summary>One JSON object.</summary>
    public static string Json(Measurement measurement, string model, int threads)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("peer", "ours");
            writer.WriteString("model", model);
            writer.WriteNumber("threads", threads);
            writer.WriteString("metric", measurement.Metric);
            WriteIfThere(writer, "batch", measurement.Batch);
            WriteIfThere(writer, "context", measurement.Context);
            WriteIfThere(writer, "n", measurement.Count);
            writer.WriteNumber("value", Math.Round(measurement.Value, 3));
            writer.WriteString("unit", measurement.Unit);
            if (measurement.MedianStep is double median)
            {
                writer.WriteNumber("p50_ms", Math.Round(median, 3));
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A line of a table.</summary>
    public static string Row(Measurement measurement)
    {
        string what = measurement.Metric switch
        {
            "load" => "load",
            "prefill" => string.Create(CultureInfo.InvariantCulture, $"prefill {measurement.Count}"),
            "decode" => string.Create(CultureInfo.InvariantCulture, $"decode {measurement.Count} at context {measurement.Context}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"decode {measurement.Count}, {measurement.Batch} sequences"),
        };
        string median = measurement.MedianStep is double milliseconds ? string.Create(CultureInfo.InvariantCulture, $"   median step {milliseconds:F2} ms") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{what,-34}{measurement.Value,10:F2} {measurement.Unit}{median}");
    }

    private static void WriteIfThere(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is int number)
        {
            writer.WriteNumber(name, number);
        }
    }
}
