using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Format;

/// <summary>Reads a <c>GraphProto</c> and the graphs inside it. Names are resolved to values here, once, inner names before outer ones.</summary>
internal sealed class GraphReader(string modelFile, TensorReader tensors, Dictionary<string, int> opsets)
{
    private const int MaxDepth = 16;
    private int _depth;

    /// <summary>Reads one graph.</summary>
    /// <param name="reader">At its start.</param>
    /// <param name="parent">The names of the enclosing graph; null for the model's own.</param>
    public Graph Read(ProtoReader reader, Scope? parent)
    {
        if (++_depth > MaxDepth)
        {
            throw reader.Damaged($"graphs nested more than {MaxDepth} deep");
        }

        Graph graph = new() { Opsets = opsets };
        Scope scope = new(graph, parent);
        ReadInitializers(reader, scope);
        ReadInputs(reader, scope);
        DeclareOutputsOfNodes(reader, scope);
        ReadNodes(reader, scope);
        ReadOutputs(reader, scope);
        _depth--;
        return graph;
    }

    private void ReadInitializers(ProtoReader reader, Scope scope)
    {
        while (reader.Next())
        {
            string name;
            Tensor tensor;
            switch (reader.Field)
            {
                case 5: tensor = tensors.Read(reader.Message(), out name); break;
                case 15: tensor = tensors.ReadSparse(reader.Message(), out name); break;
                default: reader.Skip(); continue;
            }

            Value value = Declare(scope, name, reader);
            scope.Graph.MakeInitializer(value, tensor);
        }
    }

    private void ReadInputs(ProtoReader reader, Scope scope)
    {
        while (reader.Next())
        {
            if (reader.Field != 11)
            {
                reader.Skip();
                continue;
            }

            ValueInfo info = ValueInfoReader.Read(reader.Message(), modelFile);

            // Before version 4 of the format every initializer is listed as an input too: a default that the constant stands for.
            if (scope.FindOwn(info.Name) is { Constant: not null })
            {
                continue;
            }

            Value value = Declare(scope, info.Name, reader);
            value.ElementType = info.ElementType;
            value.Dimensions = info.Dimensions;
            scope.Graph.AddInput(value);
        }
    }

    private static void DeclareOutputsOfNodes(ProtoReader reader, Scope scope)
    {
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }

            ProtoReader node = reader.Message();
            while (node.Next())
            {
                if (node.Field == 2 && node.String() is { Length: > 0 } name)
                {
                    Declare(scope, name, node);
                }
                else if (node.Field != 2)
                {
                    node.Skip();
                }
            }
        }
    }

    private void ReadNodes(ProtoReader reader, Scope scope)
    {
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                ReadNode(reader.Message(), scope);
            }
            else if (reader.Field == 13)
            {
                ValueInfo info = ValueInfoReader.Read(reader.Message(), modelFile);
                if (scope.FindOwn(info.Name) is { Constant: null } value)
                {
                    value.ElementType = info.ElementType;
                    value.Dimensions ??= info.Dimensions;
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadOutputs(ProtoReader reader, Scope scope)
    {
        while (reader.Next())
        {
            if (reader.Field != 12)
            {
                reader.Skip();
                continue;
            }

            ValueInfo info = ValueInfoReader.Read(reader.Message(), modelFile);
            Value value = scope.Find(info.Name) ?? throw reader.Damaged($"output '{info.Name}', which nothing computes,");
            if (value.Constant is null && scope.FindOwn(info.Name) is not null && !scope.Graph.IsInput(value))
            {
                value.ElementType = info.ElementType == ElementType.Undefined ? value.ElementType : info.ElementType;
                value.Dimensions = info.Dimensions ?? value.Dimensions;
            }

            scope.Graph.AddOutput(value);
        }
    }

    private void ReadNode(ProtoReader reader, Scope scope)
    {
        List<string> inputs = [];
        List<string> outputs = [];
        string name = "";
        string type = "";
        string domain = "";
        NodeAttributes attributes = new();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: inputs.Add(reader.String()); break;
                case 2: outputs.Add(reader.String()); break;
                case 3: name = reader.String(); break;
                case 4: type = reader.String(); break;
                case 5: ReadAttribute(reader.Message(), attributes, scope); break;
                case 7: domain = reader.String(); break;
                default: reader.Skip(); break;
            }
        }

        // What follows only counts once the domain is known, and fields may come in any order.
        domain = domain == "ai.onnx" ? "" : domain;
        Node node = new(domain, type, name, opsets.GetValueOrDefault(domain, 1)) { Attributes = attributes };
        for (int i = 0; i < inputs.Count; i++)
        {
            node.SetInput(i, inputs[i].Length == 0 ? null
                : scope.Find(inputs[i]) ?? throw new InvalidModelException($"{modelFile}: {node} reads '{inputs[i]}', which nothing computes; the file is damaged, export it again."));
        }

        for (int i = 0; i < outputs.Count; i++)
        {
            node.SetOutput(i, outputs[i].Length == 0 ? null : scope.FindOwn(outputs[i]));
        }

        scope.Graph.AddNode(node);
    }

    private void ReadAttribute(ProtoReader reader, NodeAttributes attributes, Scope scope)
    {
        string name = "";
        int kind = 0;
        object? value = null;
        List<long> integers = [];
        List<float> floats = [];
        List<string> strings = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: name = reader.String(); break;
                case 20: kind = reader.Int32(); break;
                case 2: value = reader.Float(); break;
                case 3: value = reader.Int64(); break;
                case 4: value = reader.String(); break;
                case 5: value = tensors.Read(reader.Message(), out _); break;
                case 6: value = Read(reader.Message(), scope); break;
                case 7: reader.Floats(floats); break;
                case 8: reader.Int64s(integers); break;
                case 9: strings.Add(reader.String()); break;
                case 22: value = tensors.ReadSparse(reader.Message(), out _); break;
                default: reader.Skip(); break;
            }
        }

        // Writers leave out a scalar that equals the type's zero, and all of an empty list: the kind alone tells.
        value ??= (AttributeKind)kind switch
        {
            AttributeKind.Float => 0f,
            AttributeKind.Int => 0L,
            AttributeKind.String => "",
            AttributeKind.Floats => floats.ToArray(),
            AttributeKind.Ints => integers.ToArray(),
            AttributeKind.Strings => strings.ToArray(),
            _ when floats.Count > 0 => floats.ToArray(),
            _ when integers.Count > 0 => integers.ToArray(),
            _ when strings.Count > 0 => strings.ToArray(),
            _ => null,
        };
        if (value is not null)
        {
            attributes.Set(name, value);
        }
    }

    private static Value Declare(Scope scope, string name, ProtoReader reader) =>
        scope.TryDeclare(name) ?? throw reader.Damaged($"the name '{(name.Length > 200 ? name[..200] : name)}' for a second value");
}
