using System.Text.Encodings.Web;
using System.Text.Json;
using Engine.Inference.ChatTemplates;
using Engine.Inference.Models;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Cli.Inspection;

/// <summary>A report for programs: one JSON object.</summary>
internal static class ReportJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it.</summary>
    public static void Write(ModelReport report, Stream output)
    {
        using (Utf8JsonWriter writer = new(output, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("model", report.Path);
            WriteFolder(writer, report);
            WriteGraph(writer, report);
            WriteMemory(writer, report);
            WriteRunners(writer, report);
            WriteSuits(writer, report);
            writer.WriteStartArray("warnings");
            foreach (string warning in report.Warnings)
            {
                writer.WriteStringValue(warning);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteFolder(Utf8JsonWriter writer, ModelReport report)
    {
        if (report.Directory is not ModelDirectory directory)
        {
            return;
        }

        writer.WriteString("type", directory.Config.ModelType);
        writer.WriteNumber("context_length", directory.Config.ContextLength);
        writer.WriteNumber("vocabulary_size", report.VocabularySize ?? directory.Config.VocabularySize);
        writer.WriteStartArray("eos_token_ids");
        foreach (int id in directory.Config.EosTokenIds)
        {
            writer.WriteNumberValue(id);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("sampling");
        WriteIfThere(writer, "temperature", directory.Generation.Temperature);
        WriteIfThere(writer, "top_p", directory.Generation.TopP);
        WriteIfThere(writer, "top_k", directory.Generation.TopK);
        WriteIfThere(writer, "min_p", directory.Generation.MinP);
        WriteIfThere(writer, "repetition_penalty", directory.Generation.RepetitionPenalty);
        writer.WriteEndObject();
        writer.WritePropertyName("tokenizer");
        WriteOrNull(writer, report.TokenizerSize, size =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("ids", size);
            writer.WriteEndObject();
        });
        writer.WritePropertyName("chat_template");
        WriteOrNull(writer, report.ChatTemplate, WriteTemplate);

        void WriteTemplate(ChatTemplateCapabilities template)
        {
            writer.WriteStartObject();
            writer.WriteBoolean("system_messages", template.SystemMessages);
            writer.WriteBoolean("tools", template.Tools);
            writer.WriteBoolean("tool_calls", template.ToolCalls);
            writer.WriteBoolean("parallel_tool_calls", template.ParallelToolCalls);
            writer.WriteBoolean("tool_results", template.ToolResults);
            writer.WriteBoolean("documents", template.Documents);
            writer.WriteEndObject();
        }
    }

    private static void WriteGraph(Utf8JsonWriter writer, ModelReport report)
    {
        writer.WriteStartObject("graph");
        writer.WriteString("file", report.GraphFile);
        writer.WriteNumber("ir_version", report.Metadata.IrVersion);
        writer.WriteString("producer", $"{report.Metadata.ProducerName} {report.Metadata.ProducerVersion}".Trim());
        writer.WriteStartObject("opsets");
        foreach ((string domain, int version) in report.Metadata.Opsets)
        {
            writer.WriteNumber(domain.Length == 0 ? "ai.onnx" : domain, version);
        }

        writer.WriteEndObject();
        writer.WriteNumber("nodes", report.Operators.Values.Sum());
        writer.WriteStartObject("operators");
        foreach ((string name, int count) in report.Operators)
        {
            writer.WriteNumber(name, count);
        }

        writer.WriteEndObject();
        WriteValues(writer, "inputs", report.Inputs);
        WriteValues(writer, "outputs", report.Outputs);
        writer.WriteStartObject("weights");
        writer.WriteNumber("count", report.WeightCount);
        writer.WriteNumber("bytes", report.WeightBytes);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter writer, string name, IReadOnlyList<ValueInfo> values)
    {
        writer.WriteStartArray(name);
        foreach (ValueInfo value in values)
        {
            writer.WriteStartObject();
            writer.WriteString("name", value.Name);
            writer.WriteString("type", value.ElementType.Name());
            writer.WritePropertyName("shape");
            WriteOrNull(writer, value.Dimensions, dimensions =>
            {
                writer.WriteStartArray();
                foreach (Dimension dimension in dimensions)
                {
                    if (dimension.IsFixed)
                    {
                        writer.WriteNumberValue(dimension.Size);
                    }
                    else
                    {
                        writer.WriteStringValue(dimension.ToString());
                    }
                }

                writer.WriteEndArray();
            });
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteMemory(Utf8JsonWriter writer, ModelReport report)
    {
        writer.WriteStartObject("memory");
        writer.WriteNumber("weights", report.WeightBytes);
        WriteIfThere(writer, "kv_cache_per_token", report.CacheBytesPerToken);
        WriteIfThere(writer, "kv_cache_full_context", report.CacheBytesOfFullContext);
        writer.WriteEndObject();
    }

    private static void WriteRunners(Utf8JsonWriter writer, ModelReport report)
    {
        writer.WriteStartObject("runners");
        foreach (RunnerVerdict verdict in report.Runners)
        {
            writer.WriteStartObject(verdict.Runner);
            writer.WriteBoolean("runs", verdict.Runs);
            if (verdict.Remark is not null)
            {
                writer.WriteString(verdict.Runs ? "remark" : "why", verdict.Remark);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteSuits(Utf8JsonWriter writer, ModelReport report)
    {
        if (report.Suits is { } suits)
        {
            writer.WriteStartObject("suits");
            writer.WriteString("runner", suits.Runner);
            writer.WriteString("device", suits.Device.ToString());
            writer.WriteString("reason", suits.Reason);
            writer.WriteEndObject();
        }
    }

    private static void WriteIfThere(Utf8JsonWriter writer, string name, float? value)
    {
        if (value is float number)
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void WriteIfThere(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is long number)
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void WriteOrNull<T>(Utf8JsonWriter writer, T? value, Action<T> write)
        where T : class
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            write(value);
        }
    }

    private static void WriteOrNull(Utf8JsonWriter writer, int? value, Action<int> write)
    {
        if (value is int number)
        {
            write(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
