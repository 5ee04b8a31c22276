using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>
/// y = x / sqrt(mean(x^2) + epsilon) * weight over the dimensions from an axis on: SimplifiedLayerNormalization, and RMSNormalization of ONNX 23.
/// Computed in fp32, whatever the tensors are.
/// </summary>
internal sealed unsafe class SimplifiedLayerNormalization(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", -1);
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-5f);

    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor weight = context.Input(1);
        int axis = context.NormalizeAxis(_axis, x.Shape.Rank);
        int length = (int)x.Shape.CountBetween(axis, x.Shape.Rank);
        if (weight.ElementCount != length)
        {
            throw context.Error($"the weight has {weight.ElementCount} elements; the normalised dimensions of {x} have {length}.");
        }

        float* source = context.ReadFloats(x);
        float* weights = context.ReadFloats(weight);
        long rows = x.Shape.CountBetween(0, axis);
        ElementType type = x.ElementType;
        FloatOutput y = context.AllocateFloats(0, type, x.Shape);
        RowKernel.Run(context.Workers, rows, length, new Body { X = source, Weight = weights, Epsilon = _epsilon, Length = length, Y = y.Data });
        y.Complete();
        if (context.HasOutput(1))
        {
            throw context.Error("the second output (inverse deviation) is not supported.");
        }
    }

    private struct Body : IRowBody
    {
        public float* X;
        public float* Weight;
        public float Epsilon;
        public int Length;
        public float* Y;

        public readonly void Run(long first, long end)
        {
            for (long row = first; row < end; row++)
            {
                RmsNorm.Run(X + row * Length, Weight, Epsilon, Length, Y + row * Length);
            }
        }
    }
}
