using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels;
using Engine.Onnx.Tensors;
using Kernel = Engine.Onnx.Kernels.Softmax;

namespace Engine.Onnx.Operators;

/// <summary>y = e^x / sum(e^x) along an axis. Before version 13 the axis began a block of dimensions that were taken as one.</summary>
internal sealed unsafe class Softmax(Node node) : Operator
{
    private readonly bool _flattens = node.OpsetVersion < 13;
    private readonly long _axis = node.Attributes.Int("axis", node.OpsetVersion < 13 ? 1 : -1);

    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Shape shape = x.Shape;
        int axis = shape.Rank == 0 ? 0 : context.NormalizeAxis(_axis, shape.Rank);
        float* source = context.ReadFloats(x);
        ElementType type = x.ElementType;
        FloatOutput y = context.AllocateFloats(0, type, shape);
        Body body = new() { X = source, Y = y.Data, Length = 1, Inner = 1 };
        if (shape.Rank > 0)
        {
            body.Length = (int)(_flattens ? shape.CountBetween(axis, shape.Rank) : shape[axis]);
            body.Inner = (int)(_flattens ? 1 : shape.CountBetween(axis + 1, shape.Rank));
        }

        long rows = body.Length == 0 ? 0 : shape.ElementCount / body.Length;
        RowKernel.Run(context.Workers, rows, body.Length, body);
        y.Complete();
    }

    private struct Body : IRowBody
    {
        public float* X;
        public float* Y;
        public int Length;

        /// <summary>Elements from one of the row to the next.</summary>
        public int Inner;

        public readonly void Run(long first, long end)
        {
            float* row = Inner == 1 ? null : Scratch.Get<float>(Scratch.Purpose.Rows, Length);
            for (long i = first; i < end; i++)
            {
                long start = i / Inner * Inner * Length + i % Inner;
                if (Inner == 1)
                {
                    Kernel.Run(X + start, Length, Y + start);
                    continue;
                }

                for (int k = 0; k < Length; k++)
                {
                    row[k] = X[start + (long)k * Inner];
                }

                Kernel.Run(row, Length, row);
                for (int k = 0; k < Length; k++)
                {
                    Y[start + (long)k * Inner] = row[k];
                }
            }
        }
    }
}
