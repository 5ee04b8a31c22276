using System.Text.Json;
using Engine.Onnx;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;
using Engine.Tests;

namespace Engine.Conformance.Tests.Onnx;

/// <summary>Tiny graphs of every architecture that the GenAI model builder knows, against recorded logits: one whole prefill of each prompt.</summary>
public sealed class ModelZooTests
{
    /// <summary>What a window-sized cache holds at least.</summary>
    private const int WindowLength = 8;

    public static TheoryData<string> Folders => [.. SharedData.FoldersOf("model-zoo").Where(folder => folder != "tokenizer")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Run_WholePrompts_EqualsTheRecordedLogits(string folder)
    {
        using JsonDocument golden = Json(folder, "golden.json");
        JsonElement tolerance = golden.RootElement.GetProperty("tolerance");
        using OnnxModel model = OnnxModel.Load(SharedData.PathOf($"model-zoo/{folder}/model.onnx"));
        Assert.SkipUnless(model.UnsupportedOperators.Count == 0, $"the runtime has no {string.Join(", ", model.UnsupportedOperators)} yet");
        Assert.SkipUnless(model.Inputs.Any(input => input.Name == "input_ids") && model.Outputs.Any(output => output.Name == "logits"), "embeddings in or hidden states out");
        Assert.SkipWhen(model.Inputs.Any(input => input.Name == "block_table"), "a paged graph");

        using OnnxSession literal = Create(model, accuracyLevel: null);
        CompareRows(folder, golden, literal, tolerance.GetProperty("logits_max_abs").GetSingle());

        // Where only the activations of quantized products are rounded, keeping them as floats is the sharper test; a graph in halves rounds everywhere.
        bool isSingle = model.Initializers.All(value => value.ElementType is not (ElementType.Float16 or ElementType.BFloat16));
        if (isSingle && tolerance.TryGetProperty("to_reference_max_abs", out JsonElement sharp))
        {
            using OnnxSession floats = Create(model, accuracyLevel: 1);
            CompareBest(folder, golden, floats, sharp.GetSingle());
        }
    }

    /// <summary>A session; the test is skipped where an operator says that it does not support what its attributes ask for.</summary>
    private static OnnxSession Create(OnnxModel model, int? accuracyLevel)
    {
        try
        {
            return OnnxSession.Create(model, new OnnxSessionOptions { Threads = 2, AccuracyLevel = accuracyLevel });
        }
        catch (InvalidModelException exception) when (exception.InnerException is not null || exception.Message.Contains("weight_prepacked", StringComparison.Ordinal))
        {
            Assert.Skip(exception.Message);
            throw;
        }
    }

    /// <summary>The two best ids of every position against the reference in single precision.</summary>
    private static void CompareBest(string folder, JsonDocument golden, OnnxSession session, float tolerance)
    {
        foreach (JsonElement prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            long[] ids = [.. prompt.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64())];
            float[] logits = Run(folder, session, ids, out int columns);
            if (!prompt.GetProperty("reference").TryGetProperty("top", out JsonElement top))
            {
                continue;
            }

            JsonElement[] best = [.. top.GetProperty("ids").EnumerateArray()];
            JsonElement[] values = [.. top.GetProperty("values").EnumerateArray()];
            Assert.Equal(logits.Length / columns, best.Length);
            for (int row = 0; row < best.Length; row++)
            {
                // A reference lists one or two ids of a row.
                int[] rowIds = best[row].ValueKind == JsonValueKind.Array ? [.. best[row].EnumerateArray().Select(id => id.GetInt32())] : [best[row].GetInt32()];
                float[] rowValues = values[row].ValueKind == JsonValueKind.Array ? [.. values[row].EnumerateArray().Select(value => value.GetSingle())] : [values[row].GetSingle()];
                for (int k = 0; k < rowIds.Length; k++)
                {
                    Assert.Equal(rowValues[k], logits[(row * columns) + rowIds[k]], tolerance);
                }
            }
        }
    }

    private static void CompareRows(string folder, JsonDocument golden, OnnxSession session, float tolerance)
    {
        foreach (JsonElement prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            long[] ids = [.. prompt.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64())];
            float[] logits = Run(folder, session, ids, out int columns);
            int[] positions = [.. prompt.GetProperty("positions").EnumerateArray().Select(position => position.GetInt32())];
            JsonElement[] rows = [.. prompt.GetProperty("logits_all").EnumerateArray()];
            for (int i = 0; i < positions.Length; i++)
            {
                int row = logits.Length == columns ? 0 : positions[i];
                float[] wanted = [.. rows[i].EnumerateArray().Select(value => value.GetSingle())];
                for (int k = 0; k < wanted.Length; k++)
                {
                    float found = logits[(row * columns) + k];
                    bool isEqual = Math.Abs(found - wanted[k]) <= tolerance || (found < -60000 && wanted[k] < -60000);
                    Assert.True(isEqual, $"prompt {prompt.GetProperty("name")}, position {positions[i]}, id {k}: {found} where {wanted[k]} ± {tolerance} is expected");
                }
            }
        }
    }

    private static float[] Run(string folder, OnnxSession session, long[] ids, out int columns)
    {
        using JsonDocument config = Json(folder, "genai_config.json");
        int headSize = config.RootElement.GetProperty("model").GetProperty("decoder").GetProperty("head_size").GetInt32();
        Tensor?[] inputs = [.. session.Inputs.Select(input => input.Name switch
        {
            "input_ids" => Tensor.Create<long>(ids, new Shape(1, ids.Length)),
            "attention_mask" => Tensor.Create<long>([.. Enumerable.Repeat(1L, ids.Length)], new Shape(1, ids.Length)),
            "position_ids" => Positions(input, ids.Length),
            "use_cache_branch" => Tensor.Create<bool>(false),
            _ => Empty(input, headSize),
        })];
        Tensor?[] outputs = new Tensor?[session.Outputs.Count];
        session.Run(inputs, outputs);
        Tensor logits = outputs[session.OutputIndex("logits")]!;
        columns = logits.Shape[^1];
        return logits.ElementType switch
        {
            ElementType.Float16 => [.. logits.AsReadOnlySpan<Half>().ToArray().Select(value => (float)value)],
            ElementType.BFloat16 => [.. logits.AsReadOnlySpan<BFloat16>().ToArray().Select(value => value.ToSingle())],
            _ => logits.AsReadOnlySpan<float>().ToArray(),
        };
    }

    private static Tensor Positions(ValueInfo input, int count)
    {
        int planes = input.Dimensions!.Count == 3 ? 3 : 1;
        long[] positions = [.. Enumerable.Range(0, planes * count).Select(i => (long)(i % count))];
        return Tensor.Create<long>(positions, planes == 3 ? new Shape(3, 1, count) : new Shape(1, count));
    }

    private static Tensor Empty(ValueInfo input, int headSize)
    {
        int[] sizes = [.. input.Dimensions!.Select((dimension, axis) =>
            dimension.IsFixed ? (int)dimension.Size
            : dimension.Name.StartsWith("batch", StringComparison.Ordinal) ? 1
            : dimension.Name.Contains("sliding", StringComparison.Ordinal) ? WindowLength
            : axis == 3 ? headSize : 0)];
        return Tensor.Allocate(input.ElementType, new Shape(sizes));
    }

    private static JsonDocument Json(string folder, string file) => JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf($"model-zoo/{folder}/{file}")));
}
