using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;
using Engine.Onnx.Optimization;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Inference.Runners.DirectML;

/// <summary>
/// Gives products with quantised weights the layout that DirectML reads right: whole blocks, zero points of 4 bits whose rows end with a byte, no bias. A
/// product with other zero points becomes one without, less the blocks' sums times what the zero points are worth.
/// </summary>
internal sealed class QuantizedProductPass : IGraphPass
{
    /// <summary>Whether anything was changed.</summary>
    public bool HasChanged { get; private set; }

    public void Run(Graph graph)
    {
        // Other widths run on the CPU, where every layout is right.
        Node[] products = [.. graph.Nodes.Where(node => node.Is("MatMulNBits", "com.microsoft") && node.Attributes.Int("bits", 4) is 4 or 8)];
        FoldParameters(graph, products);
        GraphBuilder builder = new(graph);
        foreach (Node node in products)
        {
            Rewrite(builder, node);
        }
    }

    // Scales and zero points may be worked out from what is stored, such as halves.
    private static void FoldParameters(Graph graph, IEnumerable<Node> products)
    {
        HashSet<Node> wanted = [];
        Stack<Value> work = new(products.SelectMany(node => new[] { node.Input(2), node.Input(3) }).OfType<Value>());
        while (work.TryPop(out Value? value))
        {
            if (value.Producer is { } producer && wanted.Add(producer))
            {
                producer.Inputs.OfType<Value>().ToList().ForEach(work.Push);
            }
        }

        if (wanted.Count > 0)
        {
            using WorkerPool workers = new(1);
            new ConstantFolding(OperatorRegistry.Default, workers, wanted).Run(graph);
        }
    }

    private void Rewrite(GraphBuilder builder, Node node)
    {
        int k = node.Attributes.Int32("K");
        int n = node.Attributes.Int32("N");
        int blockSize = node.Attributes.Int32("block_size");
        if (k <= 0 || n <= 0 || blockSize <= 0 || node.Input(2)?.Constant is not { } scales || !scales.ElementType.IsHalfOrSingle())
        {
            throw DirectMLLimits.Refusal($"{node} has no sizes, or scales that are not constant halves or singles; export the model again");
        }

        // Of no use on DirectML, which multiplies in the type of the activations; without it, every runner of the new folder does.
        HasChanged |= node.Attributes.Remove("accuracy_level");
        int blocks = (k + blockSize - 1) / blockSize;
        bool isWhole = k % blockSize == 0;
        float[]? worth = null;
        if (node.Input(3) is { } points && NeedsFolding(node, points, blocks))
        {
            worth = Worth(node, points, scales, n, blocks);
        }

        if (isWhole && worth is null && node.Input(5) is null)
        {
            return;
        }

        HasChanged = true;
        if (!isWhole)
        {
            Value padding = builder.Integers(0, (blocks * blockSize) - k);
            Value filler = builder.Constant(ConstantTensors.Scalar(scales.ElementType, 0));
            Value padded = builder.Node("Pad", node.Input(0)!, padding, filler, builder.Integers(-1));
            padded.Dimensions = node.Input(0)!.Dimensions;
            node.SetInput(0, padded);
            node.Attributes.Set("K", (long)blocks * blockSize);
        }

        Value? bias = node.Input(5);
        Value? correction = worth is null ? null : Correction(builder, node, worth, n, blocks, blockSize, scales.ElementType);
        node.TrimInputs(worth is null ? 4 : 3);
        Value result = node.Output(0)!;
        Value product = builder.Graph.NewValue(node.Name);
        node.SetOutput(0, product);
        Value sum = correction is null ? product : builder.Node("Add", product, correction);
        sum = bias is null ? sum : builder.Node("Add", sum, bias);
        if (sum == product)
        {
            node.SetOutput(0, result);
            return;
        }

        builder.Graph.ReplaceUses(result, sum);
        (sum.ElementType, sum.Dimensions) = (result.ElementType, result.Dimensions);
    }

    private static bool NeedsFolding(Node node, Value points, int blocks) =>
        points.ElementType != ElementType.UInt8 || node.Attributes.Int("bits", 4) != 4 || blocks % 2 != 0;

    /// <summary>What the zero points are worth beyond the implied one, <c>[blocks, columns]</c>.</summary>
    private static float[] Worth(Node node, Value points, Tensor scales, int n, int blocks)
    {
        int bits = node.Attributes.Int32("bits", 4);
        float[]? values = points.Constant is { } constant ? constant.ElementType == ElementType.UInt8 ? Unpack(constant, bits, n, blocks) : ConstantTensors.Read(constant) : null;
        float[]? steps = ConstantTensors.Read(scales);
        if (values is null || steps is null || values.LongLength != (long)n * blocks || steps.LongLength != values.LongLength)
        {
            throw DirectMLLimits.Refusal($"{node} has zero points that are not one constant a block; export the model again");
        }

        float implied = 1 << (bits - 1);
        float[] worth = new float[values.Length];
        for (int row = 0; row < n; row++)
        {
            for (int block = 0; block < blocks; block++)
            {
                int from = (row * blocks) + block;
                worth[(block * n) + row] = -steps[from] * (values[from] - implied);
            }
        }

        return worth;
    }

    // Rows of 4-bit zero points end with a byte.
    private static float[]? Unpack(Tensor points, int bits, int n, int blocks)
    {
        ReadOnlySpan<byte> bytes = points.AsReadOnlySpan<byte>();
        int rowBytes = ((blocks * bits) + 7) / 8;
        if (bytes.Length != (long)n * rowBytes)
        {
            return null;
        }

        float[] values = new float[n * blocks];
        for (int i = 0; i < values.Length; i++)
        {
            (int row, int block) = (i / blocks, i % blocks);
            values[i] = bits == 8 ? bytes[i] : (bytes[(row * rowBytes) + (block / 2)] >> (block % 2 * 4)) & 15;
        }

        return values;
    }

    private static Value Correction(GraphBuilder builder, Node node, float[] worth, int n, int blocks, int blockSize, ElementType type)
    {
        Value activations = node.Input(0)!;
        long[] shape = activations.Dimensions is { Count: 2 } ? [0, blocks, blockSize] : [0, 0, blocks, blockSize];
        Value sums = builder.Node("ReduceSum", [builder.Node("Reshape", activations, builder.Integers(shape)), builder.Integers(-1)], ("keepdims", 0L));
        return builder.Node("MatMul", sums, builder.Constant(ConstantTensors.Create(type, worth, new Shape(blocks, n))));
    }
}
