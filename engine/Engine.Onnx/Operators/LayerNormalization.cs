using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias over the dimensions from an axis on. Computed in fp32, whatever the tensors are.</summary>
internal sealed unsafe class LayerNormalization(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", -1);
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-5f);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor weight = context.Input(1);
        Tensor? bias = context.OptionalInput(2);
        int axis = context.NormalizeAxis(_axis, x.Shape.Rank);
        int length = (int)x.Shape.CountBetween(axis, x.Shape.Rank);
        if (weight.ElementCount != length || (bias is not null && bias.ElementCount != length))
        {
            throw context.Error($"weight and bias need {length} elements, as many as the normalised dimensions of {x}.");
        }

        long rows = x.Shape.CountBetween(0, axis);
        Shape statistics = x.Shape;
        for (int i = axis; i < statistics.Rank; i++)
        {
            statistics = statistics.With(i, 1);
        }

        FloatOutput y = context.AllocateFloats(0, x.ElementType, x.Shape);
        Body body = new()
        {
            X = context.ReadFloats(x),
            Weight = context.ReadFloats(weight),
            Bias = bias is null ? null : context.ReadFloats(bias),
            Epsilon = _epsilon,
            Length = length,
            Y = y.Data,
            Mean = context.HasOutput(1) ? (float*)context.AllocateOutput(1, ElementType.Float32, statistics).Data : null,
            InverseDeviation = context.HasOutput(2) ? (float*)context.AllocateOutput(2, ElementType.Float32, statistics).Data : null,
        };
        RowKernel.Run(context.Workers, rows, length, body);
        y.Complete();
    }

    private struct Body : IRowBody
    {
        public float* X;
        public float* Weight;
        public float* Bias;
        public float Epsilon;
        public int Length;
        public float* Y;
        public float* Mean;
        public float* InverseDeviation;

        public readonly void Run(long first, long end)
        {
            for (long row = first; row < end; row++)
            {
                LayerNorm.Run(X + row * Length, Weight, Bias, Epsilon, Length, Y + row * Length, out float mean, out float inverseDeviation);
                if (Mean is not null)
                {
                    Mean[row] = mean;
                }

                if (InverseDeviation is not null)
                {
                    InverseDeviation[row] = inverseDeviation;
                }
            }
        }
    }
}
