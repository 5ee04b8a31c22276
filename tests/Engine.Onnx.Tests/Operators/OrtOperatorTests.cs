using System.Text.Json;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;
using Engine.Tests;

namespace Engine.Onnx.Tests.Operators;

/// <summary>Operators against the cases that ONNX Runtime keeps for its web build, weights once given by the caller and once constant, as models have them.</summary>
public sealed class OrtOperatorTests
{
    /// <summary>Cases that we do not pass, and why.</summary>
    private static readonly Dictionary<string, string> Excluded = new()
    {
        ["QuickGelu test, [2x4]"] = "the file expects for -0.8 what the function gives for 0.8",
        ["QuickGelu test, [3x5]"] = "as above, for -1.5",
    };

    // Some files give four decimals, of angles too.
    private const double Tolerance = 2e-4;

    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static TheoryData<string, bool> Files()
    {
        TheoryData<string, bool> files = [];
        foreach (string file in new[]
        {
            "matmulnbits", "group-query-attention", "gather-block-quantized", "rotary-embedding", "skip-layer-norm", "skip-simplified-layer-norm",
            "simplified-layer-norm", "layer-norm", "softmax", "quick-gelu", "gelu", "gemm", "matmul", "matmul-broadcast",
        })
        {
            files.Add(file, false);
            files.Add(file, true);
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Run_CasesOfFile_EqualOnnxRuntime(string file, bool constantWeights)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf($"onnx/ort-jsonc/{file}.jsonc")), Json);
        List<string> failures = [];
        int count = 0;
        foreach (JsonElement test in document.RootElement.EnumerateArray())
        {
            foreach (JsonElement single in test.GetProperty("cases").EnumerateArray())
            {
                string name = $"{test.GetProperty("name")}, {single.GetProperty("name")}";
                count++;
                if (!Excluded.ContainsKey(name) && Run(test, single, constantWeights) is { } failure)
                {
                    failures.Add($"{name}: {failure}");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
        Assert.True(count > 0);
    }

    private static string? Run(JsonElement test, JsonElement single, bool constantWeights)
    {
        string domain = "";
        int version = 21;
        if (test.TryGetProperty("opset", out JsonElement opset))
        {
            (domain, version) = (opset.GetProperty("domain").GetString()!, opset.GetProperty("version").GetInt32());
        }

        Graph graph = new("case");
        Node node = new(domain, test.GetProperty("operator").GetString()!, "case", version);
        if (test.TryGetProperty("attributes", out JsonElement attributes))
        {
            foreach (JsonElement attribute in attributes.EnumerateArray())
            {
                JsonElement data = attribute.GetProperty("data");
                node.Attributes.Set(attribute.GetProperty("name").GetString()!, attribute.GetProperty("type").GetString() switch
                {
                    "int" => data.GetInt64(),
                    "float" => data.GetSingle(),
                    _ => data.GetString()!,
                });
            }
        }

        List<Tensor?> given = [];
        int index = 0;
        foreach (JsonElement element in single.GetProperty("inputs").EnumerateArray())
        {
            if (Read(element) is { } tensor)
            {
                bool constant = constantWeights && index > 0;
                node.SetInput(index, constant ? graph.AddInitializer($"input{index}", tensor) : graph.AddInput($"input{index}", tensor.ElementType, null));
                if (!constant)
                {
                    given.Add(tensor);
                }
            }

            index++;
        }

        List<(Tensor Expected, string Name)> expected = [];
        index = 0;
        foreach (JsonElement element in single.GetProperty("outputs").EnumerateArray())
        {
            if (Read(element) is { } tensor)
            {
                Value value = new($"output{index}") { ElementType = tensor.ElementType };
                node.SetOutput(index, value);
                expected.Add((tensor, value.Name));
            }

            index++;
        }

        graph.AddNode(node);
        foreach (Value? output in node.Outputs)
        {
            if (output is not null)
            {
                graph.AddOutput(output);
            }
        }

        try
        {
            using OnnxSession session = OnnxSession.Create(graph, new OnnxSessionOptions { Threads = 2 });
            Tensor?[] outputs = new Tensor?[expected.Count];
            session.Run(given.ToArray(), outputs);
            return expected.Select((pair, i) => TensorComparison.Difference(pair.Expected, outputs[i]!, 2 * Tolerance, Tolerance)).FirstOrDefault(difference => difference is not null);
        }
        catch (Exception exception) when (exception is InvalidModelException or ArgumentException)
        {
            return exception.Message;
        }
    }

    private static Tensor? Read(JsonElement element)
    {
        if (!element.TryGetProperty("data", out JsonElement data) || data.ValueKind != JsonValueKind.Array || !element.TryGetProperty("dims", out JsonElement dims))
        {
            return null;
        }

        Shape shape = new(dims.EnumerateArray().Select(dimension => dimension.GetInt32()).ToArray());
        double[] values = [.. data.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, System.Globalization.CultureInfo.InvariantCulture) : value.GetDouble())];
        return element.GetProperty("type").GetString() switch
        {
            "float32" => Tensor.Create<float>(values.Select(value => (float)value).ToArray(), shape),
            "int32" => Tensor.Create<int>(values.Select(value => (int)value).ToArray(), shape),
            "int64" => Tensor.Create<long>(values.Select(value => (long)value).ToArray(), shape),
            "uint8" => Tensor.Create<byte>(values.Select(value => (byte)value).ToArray(), shape),
            "int4" => Nibbles(ElementType.Int4, values, shape),
            "uint4" => Nibbles(ElementType.UInt4, values, shape),
            var other => throw new InvalidOperationException(other),
        };
    }

    /// <summary>Two elements a byte, the first one low.</summary>
    private static Tensor Nibbles(ElementType type, double[] values, Shape shape)
    {
        Tensor tensor = Tensor.Allocate(type, shape);
        Span<byte> bytes = tensor.AsSpan<byte>();
        for (int i = 0; i < values.Length; i++)
        {
            bytes[i / 2] |= (byte)(((int)values[i] & 15) << (i % 2 * 4));
        }

        return tensor;
    }
}
