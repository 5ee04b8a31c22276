using System.Globalization;
using Engine.Onnx.Execution;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Format;

/// <summary>Writes a graph as an ONNX model: the mirror of <see cref="ModelReader"/> and <see cref="GraphReader"/>.</summary>
/// <param name="place">Where the bytes of a tensor are kept; null for one that is written into the model itself.</param>
internal sealed class ModelWriter(Func<Tensor, WeightPlace?> place)
{
    /// <summary>A message cannot be longer, whatever writes it.</summary>
    private const int MaxBytes = int.MaxValue - 1024;

    /// <summary>Writes a model.</summary>
    /// <param name="graph">Its graph; nodes may be in any order.</param>
    /// <param name="metadata">What the file shall say of itself.</param>
    public byte[] Write(Graph graph, ModelMetadata metadata)
    {
        ProtoWriter model = new();
        model.Int(1, metadata.IrVersion).String(2, metadata.ProducerName).String(3, metadata.ProducerVersion);
        model.Message(7, writer => WriteGraph(writer, graph));
        foreach ((string domain, int version) in graph.Opsets)
        {
            model.Message(8, opset => opset.String(1, domain).Int(2, version));
        }

        foreach ((string key, string value) in metadata.Properties)
        {
            model.Message(14, entry => WriteEntry(entry, key, value));
        }

        return model.ToArray();
    }

    private void WriteGraph(ProtoWriter writer, Graph graph)
    {
        foreach (Node node in TopologicalOrder.Of(graph))
        {
            writer.Message(1, message => WriteNode(message, node));
        }

        writer.String(2, graph.Name.Length > 0 ? graph.Name : "graph");
        foreach (Value value in graph.Initializers)
        {
            writer.Message(5, message => WriteTensor(message, value.Constant!, value.Name));
        }

        foreach (Value value in graph.Inputs)
        {
            writer.Message(11, message => WriteValueInfo(message, value));
        }

        foreach (Value value in graph.Outputs)
        {
            writer.Message(12, message => WriteValueInfo(message, value));
        }
    }

    private void WriteNode(ProtoWriter writer, Node node)
    {
        foreach (Value? input in node.Inputs)
        {
            writer.String(1, input?.Name ?? "");
        }

        foreach (Value? output in node.Outputs)
        {
            writer.String(2, output?.Name ?? "");
        }

        writer.String(3, node.Name).String(4, node.OperatorType);
        foreach ((string name, object value) in node.Attributes.All)
        {
            writer.Message(5, message => WriteAttribute(message, name, value));
        }

        writer.String(7, node.Domain);
    }

    private void WriteAttribute(ProtoWriter writer, string name, object value)
    {
        writer.String(1, name);
        AttributeKind kind;
        switch (value)
        {
            case float number:
                writer.Float(2, number);
                kind = AttributeKind.Float;
                break;
            case long number:
                writer.Int(3, number);
                kind = AttributeKind.Int;
                break;
            case string text:
                writer.String(4, text);
                kind = AttributeKind.String;
                break;
            case Tensor tensor:
                writer.Message(5, message => WriteTensor(message, tensor, ""));
                kind = AttributeKind.Tensor;
                break;
            case Graph graph:
                writer.Message(6, message => WriteGraph(message, graph));
                kind = AttributeKind.Graph;
                break;
            case float[] numbers:
                Array.ForEach(numbers, number => writer.Float(7, number));
                kind = AttributeKind.Floats;
                break;
            case long[] numbers:
                Array.ForEach(numbers, number => writer.Int(8, number));
                kind = AttributeKind.Ints;
                break;
            case string[] texts:
                Array.ForEach(texts, text => writer.String(9, text));
                kind = AttributeKind.Strings;
                break;
            default:
                throw new NotSupportedException($"An attribute of {value.GetType().Name} cannot be written.");
        }

        writer.Int(20, (long)kind);
    }

    private void WriteTensor(ProtoWriter writer, Tensor tensor, string name)
    {
        foreach (int dimension in tensor.Shape.Dimensions)
        {
            writer.Int(1, dimension);
        }

        writer.Int(2, (long)tensor.ElementType).String(8, name);
        if (place(tensor) is not { } file)
        {
            if (tensor.ByteLength + writer.Written.Length > MaxBytes)
            {
                throw new InvalidOperationException($"'{name}' has {tensor.ByteLength} bytes, more than a model file holds.");
            }

            writer.Bytes(9, tensor.AsReadOnlySpan<byte>());
            return;
        }

        writer.Message(13, entry => WriteEntry(entry, "location", file.Location));
        writer.Message(13, entry => WriteEntry(entry, "offset", file.Offset.ToString(CultureInfo.InvariantCulture)));
        writer.Message(13, entry => WriteEntry(entry, "length", tensor.ByteLength.ToString(CultureInfo.InvariantCulture)));
        writer.Int(14, 1);
    }

    private static void WriteValueInfo(ProtoWriter writer, Value value)
    {
        writer.String(1, value.Name);
        writer.Message(2, type => type.Message(1, tensor =>
        {
            tensor.Int(1, (long)value.ElementType);
            if (value.Dimensions is { } dimensions)
            {
                tensor.Message(2, shape => WriteShape(shape, dimensions));
            }
        }));
    }

    private static void WriteShape(ProtoWriter writer, IReadOnlyList<Dimension> dimensions)
    {
        foreach (Dimension dimension in dimensions)
        {
            writer.Message(1, message =>
            {
                if (dimension.IsFixed)
                {
                    message.Int(1, dimension.Size);
                }
                else if (dimension.Name.Length > 0)
                {
                    message.String(2, dimension.Name);
                }
            });
        }
    }

    private static void WriteEntry(ProtoWriter writer, string key, string value) => writer.String(1, key).String(2, value);
}
