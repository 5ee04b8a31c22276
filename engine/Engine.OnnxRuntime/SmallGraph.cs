using Engine.Onnx.Format;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>Writes the few graphs that move tensors from and to a device.</summary>
internal sealed class SmallGraph
{
    private const int IrVersion = 10;
    private const int Opset = 21;
    private const int IntegerAttribute = 2;

    private readonly ProtoWriter _graph = new();

    /// <summary>Adds a node; nodes are in order.</summary>
    /// <param name="operatorType">Its operator.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="output">Its output.</param>
    /// <param name="castTo">The element type of a Cast.</param>
    public SmallGraph Node(string operatorType, string[] inputs, string output, TensorElementType? castTo = null)
    {
        _graph.Message(1, node =>
        {
            foreach (string input in inputs)
            {
                node.String(1, input);
            }

            node.String(2, output).String(4, operatorType);
            if (castTo is TensorElementType type)
            {
                node.Message(5, attribute => attribute.String(1, "to").Int(3, (int)type).Int(20, IntegerAttribute));
            }
        });
        return this;
    }

    /// <summary>Declares an input of any size.</summary>
    public SmallGraph Input(string name, TensorElementType elementType, int rank) => Value(11, name, elementType, rank);

    /// <summary>Declares an output of any size.</summary>
    public SmallGraph Output(string name, TensorElementType elementType, int rank) => Value(12, name, elementType, rank);

    /// <summary>The model's file.</summary>
    public byte[] ToArray()
    {
        _graph.String(2, "graph");
        return new ProtoWriter().Int(1, IrVersion).Bytes(7, _graph.Written).Message(8, opset => opset.Int(2, Opset)).ToArray();
    }

    private SmallGraph Value(int field, string name, TensorElementType elementType, int rank)
    {
        _graph.Message(field, value => value.String(1, name).Message(2, type => type.Message(1, tensor => tensor.Int(1, (int)elementType).Message(2, shape =>
        {
            for (int axis = 0; axis < rank; axis++)
            {
                shape.Message(1, dimension => dimension.String(2, $"{name}{axis}"));
            }
        }))));
        return this;
    }
}
