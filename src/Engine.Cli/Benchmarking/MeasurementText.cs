using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Engine.Cli.Benchmarking;

/// <summary>Figures as lines: for programs that compare engines, and for people.</summary>
internal static class MeasurementText
{
    /// <summary>One JSON object. The line of the bandwidth also says what all was measured with.</summary>
    public static string Json(Measurement measurement, BenchmarkSetup setup)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("peer", "ours");
            writer.WriteString("model", setup.Model);
            writer.WriteNumber("threads", setup.Threads);
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

            if (measurement.Of is string metric)
            {
                writer.WriteString("of", metric);
            }

            if (measurement.Metric is "bandwidth")
            {
                WriteSetup(writer, setup);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A line of a table.</summary>
    public static string Row(Measurement measurement)
    {
        string median = measurement.MedianStep is double milliseconds ? string.Create(CultureInfo.InvariantCulture, $"   median step {milliseconds:F2} ms") : "";
        return measurement.Metric is "bandwidth_share"
            ? string.Create(CultureInfo.InvariantCulture, $"{What(measurement),-34}{100 * measurement.Value,10:F0} %")
            : string.Create(CultureInfo.InvariantCulture, $"{What(measurement),-34}{measurement.Value,10:F2} {measurement.Unit}{median}");
    }

    private static string What(Measurement measurement) => measurement.Metric switch
    {
        "load" => "load",
        "bandwidth" => "streaming read",
        "peak_rss" => "largest memory",
        "prefill" => string.Create(CultureInfo.InvariantCulture, $"prefill {measurement.Count}"),
        "bandwidth_share" => $"  of it, {What(measurement with { Metric = measurement.Of! })}",
        "decode" => string.Create(CultureInfo.InvariantCulture, $"decode {measurement.Count} at context {measurement.Context}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"decode {measurement.Count}, {measurement.Batch} sequences"),
    };

    private static void WriteSetup(Utf8JsonWriter writer, BenchmarkSetup setup)
    {
        writer.WriteString("cpu", BenchmarkSetup.Processor);
        writer.WriteString("instruction_sets", BenchmarkSetup.InstructionSets);
        writer.WriteString("platform", BenchmarkSetup.Platform);
        writer.WriteString("runner", setup.Runner);
        writer.WriteString("weights", setup.Weights);
        if (setup.AccuracyLevel is int level)
        {
            writer.WriteNumber("accuracy_level", level);
        }
        else
        {
            writer.WriteNull("accuracy_level");
        }
    }

    private static void WriteIfThere(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is int number)
        {
            writer.WriteNumber(name, number);
        }
    }
}
