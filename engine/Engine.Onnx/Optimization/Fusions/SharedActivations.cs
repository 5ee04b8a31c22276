using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Optimization.Fusions;

/// <summary>
/// Makes one node of the quantised products that read the same activations (gate and up, or queries, keys and values): what the kernels make of the activations
/// is made once, and threads share the weights of all of them.
/// </summary>
internal sealed class SharedActivations : IGraphPass
{
    /// <summary>Inputs of the fused node that belong to one product: fields, scales, zero points, bias.</summary>
    public const int InputsPerProduct = 4;

    /// <summary>The attribute that lists N of every product.</summary>
    public const string Rows = "N";

    public void Run(Graph graph)
    {
        foreach (Node[] products in graph.Nodes.Where(IsConstant).GroupBy(Kind.Of).Select(group => group.ToArray()).Where(group => group.Length > 1).ToArray())
        {
            Node fused = new(FusionPass.Domain, "SharedMatMulNBits", products[0].Name);
            foreach (string name in new[] { "K", "bits", "block_size", "accuracy_level" })
            {
                if (products[0].Attributes.All.TryGetValue(name, out object? value))
                {
                    fused.Attributes.Set(name, value);
                }
            }

            fused.Attributes.Set(Rows, products.Select(node => node.Attributes.Int("N")).ToArray());
            fused.SetInput(0, products[0].Input(0));
            Value[] results = [.. products.Select(node => node.Output(0)!)];
            for (int i = 0; i < products.Length; i++)
            {
                int first = 1 + (i * InputsPerProduct);
                fused.SetInput(first, products[i].Input(1));
                fused.SetInput(first + 1, products[i].Input(2));
                fused.SetInput(first + 2, products[i].Input(3));
                fused.SetInput(first + 3, products[i].Input(5));
            }

            graph.RemoveNodes(products.ToHashSet());
            for (int i = 0; i < results.Length; i++)
            {
                fused.SetOutput(i, results[i]);
            }

            graph.AddNode(fused);
        }
    }

    // A computed weight could depend on the result of another product.
    private static bool IsConstant(Node node) =>
        node.Is("MatMulNBits", "com.microsoft") && node.Input(0) is not null && node.Output(0) is not null && node.Input(4) is null
        && node.Attributes.Int("weight_prepacked", 0) == 0
        && node.Input(1)?.Constant is not null && node.Input(2)?.Constant is not null
        && new[] { 3, 5 }.All(input => node.Input(input) is null || node.Input(input)!.Constant is not null);

    /// <summary>What products must have in common for the kernels to see the same activations.</summary>
    private readonly record struct Kind(Value Activations, long Columns, long Bits, long BlockSize, long AccuracyLevel, bool HasZeroPoints, ElementType? ScaleType)
    {
        public static Kind Of(Node node) => new(
            node.Input(0)!,
            node.Attributes.Int("K"),
            node.Attributes.Int("bits", 4),
            node.Attributes.Int("block_size", 32),
            node.Attributes.Int("accuracy_level", 0),
            node.Input(3) is not null,
            node.Input(2)?.Constant?.ElementType);
    }
}
