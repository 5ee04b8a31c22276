using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Format;

/// <summary>Reads a <c>ValueInfoProto</c>: name, element type and dimensions.</summary>
internal static class ValueInfoReader
{
    /// <summary>Far above any real rank; more is an attempt to fill memory.</summary>
    private const int MaxDimensions = 64;

    public static ValueInfo Read(ProtoReader reader, string modelFile)
    {
        string name = "";
        ElementType type = ElementType.Undefined;
        List<Dimension>? dimensions = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: name = reader.String(); break;
                case 2: (type, dimensions) = ReadType(reader.Message()); break;
                default: reader.Skip(); break;
            }
        }

        return dimensions is { Count: > MaxDimensions }
            ? throw new InvalidModelException($"{modelFile}: '{name}' has {dimensions.Count} dimensions; at most {Shape.MaxRank} are supported.")
            : new ValueInfo(name, type, dimensions);
    }

    private static (ElementType Type, List<Dimension>? Dimensions) ReadType(ProtoReader reader)
    {
        ElementType type = ElementType.Undefined;
        List<Dimension>? dimensions = null;
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                // Sequences, maps and optionals: the type stays undefined, and an operator that meets one says so.
                reader.Skip();
                continue;
            }

            ProtoReader tensor = reader.Message();
            while (tensor.Next())
            {
                switch (tensor.Field)
                {
                    case 1: type = (ElementType)tensor.Int32(); break;
                    case 2: dimensions = ReadShape(tensor.Message()); break;
                    default: tensor.Skip(); break;
                }
            }
        }

        return (type, dimensions);
    }

    private static List<Dimension> ReadShape(ProtoReader reader)
    {
        List<Dimension> dimensions = [];
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }

            long size = -1;
            string name = "";
            ProtoReader dimension = reader.Message();
            while (dimension.Next())
            {
                switch (dimension.Field)
                {
                    case 1: size = dimension.Int64(); break;
                    case 2: name = dimension.String(); break;
                    default: dimension.Skip(); break;
                }
            }

            dimensions.Add(new Dimension(size, name));
        }

        return dimensions;
    }
}
