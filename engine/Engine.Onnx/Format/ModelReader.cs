using Engine.Onnx.Graphs;

namespace Engine.Onnx.Format;

/// <summary>Reads a model file: the <c>ModelProto</c> around the graph. What the format allows and the file breaks ends in an <see cref="InvalidModelException"/>.</summary>
internal static class ModelReader
{
    /// <summary>Versions of ONNX's own operators that the operators here know.</summary>
    public const int OldestOpset = 7;

    /// <inheritdoc cref="OldestOpset"/>
    public const int NewestOpset = 27;

    /// <summary>Reads the graph of a mapped model.</summary>
    /// <param name="name">The file as messages call it.</param>
    /// <param name="file">Its bytes; the graph's constants are views of them.</param>
    /// <param name="external">Where its other files are.</param>
    /// <param name="metadata">What the file says of itself.</param>
    public static unsafe Graph Read(string name, MappedFile file, ExternalData external, out ModelMetadata metadata)
    {
        RefuseOtherFiles(name, file);
        ProtoReader reader = new(name, new ReadOnlySpan<byte>(file.Data, (int)file.Length));
        ProtoReader graph = default;
        bool hasGraph = false;
        bool hasFunctions = false;
        long irVersion = 0;
        string producerName = "";
        string producerVersion = "";
        Dictionary<string, int> opsets = [];
        Dictionary<string, string> properties = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: irVersion = reader.Int64(); break;
                case 2: producerName = reader.String(); break;
                case 3: producerVersion = reader.String(); break;
                case 7: graph = hasGraph ? throw reader.Damaged("a second graph") : reader.Message(); hasGraph = true; break;
                case 8: ReadOpset(reader.Message(), opsets); break;
                case 14: TensorReader.ReadEntry(reader.Message(), properties); break;
                case 25: hasFunctions = true; reader.Skip(); break;
                default: reader.Skip(); break;
            }
        }

        if (!hasGraph || opsets.Count == 0)
        {
            throw new InvalidModelException(
                $"{name} ({file.Length} bytes) has {(hasGraph ? "no operator set versions" : "no graph")}: it is no ONNX model, or incomplete; fetch or export it again.");
        }

        if (hasFunctions)
        {
            throw new InvalidModelException($"{name} defines functions of its own, which are not supported; inline them (onnx.inliner) and save it again.");
        }

        if (opsets.TryGetValue("", out int opset) && opset is < OldestOpset or > NewestOpset)
        {
            throw new InvalidModelException($"{name} is written for opset {opset}; opsets {OldestOpset} to {NewestOpset} are supported, so convert or export it again.");
        }

        metadata = new ModelMetadata(irVersion, producerName, producerVersion, opsets, properties);
        return new GraphReader(name, new TensorReader(name, file, external), opsets).Read(graph, parent: null);
    }

    private static unsafe void RefuseOtherFiles(string name, MappedFile file)
    {
        if (ExternalData.LooksLikePointer(file))
        {
            throw new InvalidModelException($"{name} is a Git LFS pointer, not the model; fetch the real file (git lfs pull).");
        }

        if (file.Length > int.MaxValue)
        {
            throw new InvalidModelException($"{name} has {file.Length} bytes; a model file ends at 2 GiB, so export the weights as external data.");
        }

        if (file.Data[0] == (byte)'<')
        {
            throw new InvalidModelException($"{name} is a web page or XML, not an ONNX model; fetch the file itself.");
        }
    }

    private static void ReadOpset(ProtoReader reader, Dictionary<string, int> opsets)
    {
        string domain = "";
        int version = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: domain = reader.String(); break;
                case 2: version = reader.Int32(); break;
                default: reader.Skip(); break;
            }
        }

        opsets[domain == "ai.onnx" ? "" : domain] = version;
    }
}
