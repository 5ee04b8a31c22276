using System.Runtime.InteropServices;
using Engine.Onnx.Format;

namespace Engine.Onnx.Tests.Format;

/// <summary>Small model files: y = x + w, with the constant w written in one way or another.</summary>
internal static class TestModel
{
    /// <summary>With w's tensor and, if wanted, other versions.</summary>
    public static byte[] AddConstant(Action<ProtoWriter> constant, long irVersion = 10, long opset = 21, int constantField = 5) => new ProtoWriter()
        .Int(1, irVersion)
        .String(2, "tests")
        .Message(7, graph => graph
            .Message(1, node => node.String(1, "x").String(1, "w").String(2, "y").String(3, "sum").String(4, "Add"))
            .String(2, "graph")
            .Message(constantField, constant)
            .Message(11, value => Value(value, "x"))
            .Message(12, value => Value(value, "y")))
        .Message(8, import => import.String(1, "").Int(2, opset))
        .ToArray();

    /// <summary>w = [1, 2, 3] inside the file.</summary>
    public static byte[] Inline() => AddConstant(tensor => Header(tensor).Bytes(9, MemoryMarshal.AsBytes<float>([1, 2, 3])));

    /// <summary>w in another file.</summary>
    public static byte[] External(string location, string offset = "0", string? length = "12") => AddConstant(tensor =>
    {
        Header(tensor).Message(13, entry => entry.String(1, "location").String(2, location)).Message(13, entry => entry.String(1, "offset").String(2, offset)).Int(14, 1);
        if (length is not null)
        {
            tensor.Message(13, entry => entry.String(1, "length").String(2, length));
        }
    });

    /// <summary>The name, type and shape of w.</summary>
    public static ProtoWriter Header(ProtoWriter tensor, long size = 3) => tensor.Int(1, size).Int(2, 1).String(8, "w");

    private static void Value(ProtoWriter value, string name) => value.String(1, name)
        .Message(2, type => type.Message(1, tensor => tensor.Int(1, 1).Message(2, shape => shape.Message(1, dimension => dimension.Int(1, 3)))));
}
