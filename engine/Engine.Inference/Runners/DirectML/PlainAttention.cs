using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.DirectML;

/// <summary>
/// Attention written out in ONNX's own operators, for what DirectML's GroupQueryAttention does not read: windows, soft caps, sinks and biases. Past and
/// present are then tensors of their own, and several tokens may follow a past.
/// </summary>
internal sealed class PlainAttention(GraphBuilder builder)
{
    private const float Hidden = -1e9f;

    private readonly Dictionary<int, Value> _masks = [];
    private Value? _keyPositions;
    private Value? _queryPositions;

    /// <summary>Takes the place of a node.</summary>
    public void Replace(GroupedAttention attention, Value query, Value key, Value value)
    {
        Node node = attention.Node;
        (int heads, int groups, int size) = (attention.Heads, attention.KeyValueHeads, attention.HeadSize);
        ElementType type = attention.PastKey.ElementType;
        Value presentKey = builder.Node("Concat", [attention.PastKey, ByHeads(key, groups, size)], ("axis", 2L));
        Value presentValue = builder.Node("Concat", [attention.PastValue, ByHeads(value, groups, size)], ("axis", 2L));

        // Scaled before the product, so that half precision does not overflow; heads that share keys are rows of one product.
        Value scaled = builder.Node("Mul", ByHeads(query, heads, size), builder.Constant(ConstantTensors.Scalar(type, attention.Scale)));
        Value grouped = builder.Node("Reshape", scaled, builder.Integers(0, groups, -1, size));
        Value scores = builder.Node("MatMul", grouped, builder.Node("Transpose", [presentKey], ("perm", (long[])[0, 1, 3, 2])));
        scores = Cast(builder.Node("Reshape", scores, builder.Integers(0, heads, -1, 0)), type, ElementType.Float32);
        Value weights = Cast(Weights(attention, scores, presentKey, query), ElementType.Float32, type);
        Value mixed = builder.Node("MatMul", builder.Node("Reshape", weights, builder.Integers(0, groups, -1, 0)), presentValue);
        Value rows = builder.Node("Transpose", [builder.Node("Reshape", mixed, builder.Integers(0, heads, -1, size))], ("perm", (long[])[0, 2, 1, 3]));
        Value result = builder.Node("Reshape", rows, builder.Integers(0, 0, (long)heads * size));

        Take(node.Output(1)!, presentKey);
        Take(node.Output(2)!, presentValue);
        Take(node.Output(0)!, result);
        builder.Graph.RemoveNode(node);
    }

    private Value Weights(GroupedAttention attention, Value scores, Value presentKey, Value query)
    {
        if (attention.SoftCap > 0)
        {
            Value cap = builder.Constant(ConstantTensors.Scalar(ElementType.Float32, attention.SoftCap));
            scores = builder.Node("Mul", builder.Node("Tanh", builder.Node("Div", scores, cap)), cap);
        }

        if (attention.Node.Input(10) is { } bias)
        {
            scores = builder.Node("Add", scores, Cast(bias, attention.PastKey.ElementType, ElementType.Float32));
        }

        scores = builder.Node("Add", scores, Mask(attention.Window, presentKey, query));
        if (!attention.HasSink)
        {
            return builder.Node("Softmax", [scores], ("axis", 3L));
        }

        // A sink is a score beside the others that takes its share of the weight and adds nothing.
        Value leading = builder.Node("Slice", builder.Node("Shape", scores), builder.Integers(0), builder.Integers(3));
        Value column = builder.Node("Expand", Sink(attention), builder.Node("Concat", [leading, builder.Integers(1)], ("axis", 0L)));
        Value all = builder.Node("Softmax", [builder.Node("Concat", [column, scores], ("axis", 3L))], ("axis", 3L));
        return builder.Node("Slice", all, builder.Integers(1), builder.Integers(int.MaxValue), builder.Integers(3));
    }

    private Value Sink(GroupedAttention attention)
    {
        if (attention.Node.Input(11) is not { } sinks)
        {
            return builder.Constant(ConstantTensors.Create(ElementType.Float32, [0], new Shape(1, 1, 1, 1)));
        }

        return Cast(builder.Node("Reshape", sinks, builder.Integers(1, attention.Heads, 1, 1)), attention.PastKey.ElementType, ElementType.Float32);
    }

    /// <summary>What is added to the scores, <c>[tokens, all tokens]</c>: nothing where a token may look.</summary>
    private Value Mask(int window, Value presentKey, Value query)
    {
        if (_masks.TryGetValue(window, out Value? mask))
        {
            return mask;
        }

        if (_keyPositions is null || _queryPositions is null)
        {
            Value zero = Number(0);
            Value one = Number(1);
            Value total = builder.Node("Gather", [builder.Node("Shape", presentKey), Number(2)], ("axis", 0L));
            Value tokens = builder.Node("Gather", [builder.Node("Shape", query), Number(1)], ("axis", 0L));
            _keyPositions = builder.Node("Range", zero, total, one);
            _queryPositions = builder.Node("Unsqueeze", builder.Node("Range", builder.Node("Sub", total, tokens), total, one), builder.Integers(1));
        }

        Value visible = builder.Node("LessOrEqual", _keyPositions, _queryPositions);
        if (window > 0)
        {
            Value last = builder.Node("Sub", _queryPositions, Number(window));
            visible = builder.Node("And", visible, builder.Node("Greater", _keyPositions, last));
        }

        Value shown = builder.Constant(ConstantTensors.Scalar(ElementType.Float32, 0));
        Value hidden = builder.Constant(ConstantTensors.Scalar(ElementType.Float32, Hidden));
        return _masks[window] = builder.Node("Where", visible, shown, hidden);
    }

    private Value ByHeads(Value rows, int heads, int size) =>
        builder.Node("Transpose", [builder.Node("Reshape", rows, builder.Integers(0, 0, heads, size))], ("perm", (long[])[0, 2, 1, 3]));

    private Value Number(long value) => builder.Constant(Tensor.Create([value], Shape.Scalar));

    private Value Cast(Value value, ElementType from, ElementType to) => from == to ? value : builder.Node("Cast", [value], ("to", (long)to));

    private void Take(Value old, Value replacement)
    {
        replacement.ElementType = old.ElementType;
        replacement.Dimensions = old.Dimensions;
        builder.Graph.ReplaceUses(old, replacement);
    }
}
