using System.Globalization;
using System.Runtime.InteropServices;
using Engine.Onnx.Format;
using Engine.Onnx.Tensors;
using Engine.Onnx.Tests.Format;
using Engine.Onnx.Tests.Kernels;

namespace Engine.Onnx.Tests.Weights;

/// <summary>A model of two quantised products one after the other, the second with zero points, all weights in a file beside it.</summary>
internal static class QuantizedModel
{
    public const int Columns = 256;
    private const int Blocks = Columns / 32;

    /// <summary>Writes it; another seed makes other weights of the same sizes.</summary>
    public static string Write(TemporaryFolder folder, int seed = 1, string name = "model")
    {
        Random random = new(seed);
        byte[] fields = new byte[Columns * Columns / 2];
        byte[] zeroPoints = new byte[Columns * Blocks / 2];
        random.NextBytes(fields);
        random.NextBytes(zeroPoints);
        float[] scales = [.. Enumerable.Range(0, Columns * Blocks).Select(_ => (float)(Half)(random.NextSingle() * 0.01f + 0.001f))];
        byte[][] parts = [fields, MemoryMarshal.AsBytes<float>(scales).ToArray(), zeroPoints];
        folder.Write($"{name}.data", parts.SelectMany(part => part).ToArray());
        return folder.Write($"{name}.onnx", new ProtoWriter()
            .Int(1, 10)
            .Message(7, graph => graph
                .Message(1, node => Product(node, "x", "h", zeroPoints: false))
                .Message(1, node => Product(node, "h", "y", zeroPoints: true))
                .String(2, "graph")
                .Message(5, tensor => External(tensor, $"{name}.data", "fields", 2, 0, fields.Length, Columns, Blocks, 16))
                .Message(5, tensor => External(tensor, $"{name}.data", "scales", 1, fields.Length, parts[1].Length, Columns * Blocks))
                .Message(5, tensor => External(tensor, $"{name}.data", "zeros", 2, fields.Length + parts[1].Length, zeroPoints.Length, zeroPoints.Length))
                .Message(11, value => Value(value, "x"))
                .Message(12, value => Value(value, "y")))
            .Message(8, import => import.String(1, "").Int(2, 21))
            .Message(8, import => import.String(1, "com.microsoft").Int(2, 1))
            .ToArray());
    }

    /// <summary>What a session computes for some fixed rows.</summary>
    public static float[] Run(OnnxSession session)
    {
        float[] x = TestData.Floats(3 * Columns, 9);
        using Tensor input = Tensor.Create<float>(x, new Shape(3, Columns));
        return session.Run(new Dictionary<string, Tensor> { ["x"] = input })["y"].AsReadOnlySpan<float>().ToArray();
    }

    private static void Product(ProtoWriter node, string input, string output, bool zeroPoints)
    {
        node.String(1, input).String(1, "fields").String(1, "scales");
        if (zeroPoints)
        {
            node.String(1, "zeros");
        }

        node.String(2, output).String(3, output).String(4, "MatMulNBits").String(7, "com.microsoft");
        foreach ((string name, int value) in new[] { ("K", Columns), ("N", Columns), ("bits", 4), ("block_size", 32) })
        {
            node.Message(5, attribute => attribute.String(1, name).Int(3, value).Int(20, 2));
        }
    }

    private static void External(ProtoWriter tensor, string file, string name, int type, long offset, long length, params ReadOnlySpan<int> dimensions)
    {
        foreach (int dimension in dimensions)
        {
            tensor.Int(1, dimension);
        }

        tensor.Int(2, type).String(8, name).Int(14, 1)
            .Message(13, entry => entry.String(1, "location").String(2, file))
            .Message(13, entry => entry.String(1, "offset").String(2, offset.ToString(CultureInfo.InvariantCulture)))
            .Message(13, entry => entry.String(1, "length").String(2, length.ToString(CultureInfo.InvariantCulture)));
    }

    private static void Value(ProtoWriter value, string name) => value.String(1, name).Message(2, type => type.Message(1, tensor => tensor
        .Int(1, 1)
        .Message(2, shape => shape.Message(1, dimension => dimension.String(2, "rows")).Message(1, dimension => dimension.Int(1, Columns)))));
}
