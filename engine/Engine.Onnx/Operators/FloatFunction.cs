using Engine.Onnx.Kernels;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Operators;

/// <summary>A function of single elements: Gelu and its approximations.</summary>
internal sealed unsafe class FloatFunction(delegate*<float*, long, float*, void> function) : Operator
{
    private const long ChunkElements = 16 * 1024;

    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        float* source = context.ReadFloats(x);
        ElementType type = x.ElementType;
        Shape shape = x.Shape;
        FloatOutput y = context.AllocateFloats(0, type, shape);
        Body body = new() { X = source, Y = y.Data, Count = shape.ElementCount, Function = function };
        context.Workers.Run((int)((body.Count + ChunkElements - 1) / ChunkElements), ref body);
        y.Complete();
    }

    /// <summary>y = x * sigmoid(1.702 x), the only form of QuickGelu in use.</summary>
    public static void QuickGelu(float* x, long count, float* y) => Elementwise.Swish(x, 1.702f, count, y);

    public static void Silu(float* x, long count, float* y) => Elementwise.Swish(x, 1, count, y);

    private struct Body : IParallelBody
    {
        public float* X;
        public float* Y;
        public long Count;
        public delegate*<float*, long, float*, void> Function;

        public readonly void Run(int chunk, int worker)
        {
            long first = chunk * ChunkElements;
            Function(X + first, Math.Min(ChunkElements, Count - first), Y + first);
        }
    }
}
