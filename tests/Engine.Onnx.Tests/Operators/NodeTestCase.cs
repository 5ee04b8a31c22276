using System.IO.Compression;
using Engine.Onnx.Format;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Operators;

/// <summary>One case of ONNX's own backend tests: a model of one or a few nodes, inputs, and the outputs that the reference computes.</summary>
internal sealed class NodeTestCase(string name, byte[] model, IReadOnlyList<NodeTestCase.DataSet> dataSets)
{
    public string Name { get; } = name;

    /// <summary>Reads all cases of an archive.</summary>
    public static List<NodeTestCase> ReadAll(string archive)
    {
        using ZipArchive zip = ZipFile.OpenRead(archive);
        List<NodeTestCase> cases = [];
        foreach (IGrouping<string, ZipArchiveEntry> folder in zip.Entries.Where(entry => entry.Length > 0).GroupBy(entry => entry.FullName.Split('/')[1]))
        {
            byte[]? model = null;
            SortedDictionary<string, DataSet> sets = [];
            foreach (ZipArchiveEntry entry in folder)
            {
                string[] path = entry.FullName.Split('/');
                if (path[^1] == "model.onnx")
                {
                    model = Bytes(entry);
                }
                else if (path.Length == 4)
                {
                    DataSet set = sets.TryGetValue(path[2], out DataSet? found) ? found : sets[path[2]] = new DataSet();
                    int index = int.Parse(Path.GetFileNameWithoutExtension(path[3]).Split('_')[1], System.Globalization.CultureInfo.InvariantCulture);
                    (path[3].StartsWith("input", StringComparison.Ordinal) ? set.Inputs : set.Outputs)[index] = Bytes(entry);
                }
            }

            if (model is not null)
            {
                cases.Add(new NodeTestCase(folder.Key, model, [.. sets.Values]));
            }
        }

        return cases;
    }

    /// <summary>The model; null when our reader refuses it, as it does for text.</summary>
    public OnnxModel? Load()
    {
        try
        {
            return OnnxModel.Load(model);
        }
        catch (InvalidModelException)
        {
            return null;
        }
    }

    /// <summary>Runs the case.</summary>
    /// <returns>What differs; null when nothing does.</returns>
    public string? Run(OnnxModel loaded)
    {
        using OnnxSession session = OnnxSession.Create(loaded, new OnnxSessionOptions { Threads = 1 });
        foreach (DataSet set in dataSets)
        {
            Tensor?[] inputs = [.. session.Inputs.Select((input, i) => Read(set.Inputs[i]))];
            Tensor?[] outputs = new Tensor?[session.Outputs.Count];
            session.Run(inputs, outputs);
            for (int i = 0; i < outputs.Length; i++)
            {
                if (TensorComparison.Difference(Read(set.Outputs[i]), outputs[i]!, 1e-3, 1e-7) is { } difference)
                {
                    return $"{Name}, output {i}: {difference}";
                }
            }
        }

        return null;
    }

    private static Tensor Read(byte[] bytes)
    {
        Tensor tensor = new TensorReader("data", MappedFile.Copy(bytes, "data"), new ExternalData("data", ".")).Read(new ProtoReader("data", bytes), out _);
        Tensor copy = Tensor.Allocate(tensor.ElementType, tensor.Shape);
        tensor.AsReadOnlySpan<byte>().CopyTo(copy.AsSpan<byte>());
        return copy;
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using MemoryStream memory = new();
        using Stream stream = entry.Open();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    internal sealed class DataSet
    {
        public Dictionary<int, byte[]> Inputs { get; } = [];

        public Dictionary<int, byte[]> Outputs { get; } = [];
    }
}
