using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>
/// SkipLayerNormalization and SkipSimplifiedLayerNormalization: the sum of the input and a residual (and a bias), and that sum normalised. The
/// last output is the sum. Computed in fp32, whatever the tensors are.
/// </summary>
internal sealed unsafe class SkipNormalization(Node node, bool simplified) : Operator
{
    private const int SumOutput = 3;

    private readonly float _epsilon = node.Attributes.Float("epsilon", simplified ? 1e-6f : 1e-12f);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor skip = context.Input(1);
        Tensor weight = context.Input(2);
        Tensor? shift = simplified ? null : context.OptionalInput(3);
        Tensor? bias = context.OptionalInput(simplified ? 3 : 4);
        if (x.Shape.Rank == 0 || context.HasOutput(1) || context.HasOutput(2))
        {
            throw context.Error("a scalar, or the outputs for mean and deviation, are not supported.");
        }

        int length = x.Shape[^1];
        if (weight.ElementCount != length || (shift is not null && shift.ElementCount != length) || (bias is not null && bias.ElementCount != length))
        {
            throw context.Error($"weight and biases need {length} elements, as many as a row of {x}.");
        }

        // The residual may lack the batch: it then serves every batch row alike.
        if (skip.ElementCount == 0 ? x.ElementCount != 0 : skip.Shape[^1] != length || x.ElementCount % skip.ElementCount != 0)
        {
            throw context.Error($"the residual {skip} does not fit {x}.");
        }

        long rows = x.Shape.CountBetween(0, x.Shape.Rank - 1);
        Body body = new()
        {
            X = context.ReadFloats(x),
            Skip = context.ReadFloats(skip),
            SkipRows = skip.ElementCount / Math.Max(1, length),
            Weight = context.ReadFloats(weight),
            Shift = shift is null ? null : context.ReadFloats(shift),
            Bias = bias is null ? null : context.ReadFloats(bias),
            Epsilon = _epsilon,
            Length = length,
            Simplified = simplified,
        };
        FloatOutput y = context.AllocateFloats(0, x.ElementType, x.Shape);
        body.Y = y.Data;
        if (context.HasOutput(SumOutput))
        {
            FloatOutput sum = context.AllocateFloats(SumOutput, x.ElementType, x.Shape);
            body.Sum = sum.Data;
            RowKernel.Run(context.Workers, rows, length, body);
            sum.Complete();
        }
        else
        {
            body.Sum = body.Y;
            RowKernel.Run(context.Workers, rows, length, body);
        }

        y.Complete();
    }

    private struct Body : IRowBody
    {
        public float* X;
        public float* Skip;
        public long SkipRows;
        public float* Weight;
        public float* Shift;
        public float* Bias;
        public float Epsilon;
        public int Length;
        public bool Simplified;
        public float* Y;
        public float* Sum;

        public readonly void Run(long first, long end)
        {
            for (long row = first; row < end; row++)
            {
                float* sum = Sum + row * Length;
                float* skip = Skip + row % SkipRows * Length;
                Elementwise.Add(X + row * Length, skip, Bias, Length, sum);
                if (Simplified)
                {
                    RmsNorm.Run(sum, Weight, Epsilon, Length, Y + row * Length);
                    continue;
                }

                LayerNorm.Run(sum, Weight, Shift, Epsilon, Length, Y + row * Length, out _, out _);
            }
        }
    }
}
