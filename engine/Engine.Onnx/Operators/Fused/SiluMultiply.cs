using System.Runtime.CompilerServices;
using Engine.Onnx.Kernels;
using Engine.Onnx.Kernels.Conversion;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Operators.Fused;

/// <summary>y = x · sigmoid(x) · factor, the gate of a feed-forward layer. Halves and bfloat16 are computed as singles and rounded once.</summary>
internal sealed unsafe class SiluMultiply : Operator
{
    private const int Block = 1024;
    private const int ChunkLength = 16 * Block;

    public override uint OverwritableInputs => FirstTwoInputs;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor factor = context.Input(1, x.ElementType);
        if (x.ElementType is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16))
        {
            throw context.UnsupportedType(x.ElementType);
        }

        Tensor y = context.AllocateOutput(0, x.ElementType, context.Broadcast(x, factor));
        if (x.Shape == factor.Shape)
        {
            Compute(context, x, factor, y);
            return;
        }

        // No layer does this, but the two nodes that this one stands for could: the gate on its own, and then a broadcast product.
        using Tensor one = Tensor.Allocate(x.ElementType, x.Shape);
        using Tensor gate = Tensor.Allocate(x.ElementType, x.Shape);
        Fill(one);
        Compute(context, x, one, gate);
        BinaryElementwise<Mul.Operation>.TryRun(gate, factor, y);
    }

    private static void Compute(OperatorContext context, Tensor x, Tensor factor, Tensor y)
    {
        Body body = new(x, factor, y);
        context.Workers.Run((int)((x.ElementCount + ChunkLength - 1) / ChunkLength), ref body);
    }

    private static void Fill(Tensor tensor)
    {
        using Tensor one = Tensor.Allocate(ElementType.Float32, tensor.Shape);
        one.AsSpan<float>().Fill(1);
        ElementConversion.TryConvert(one, tensor);
    }

    private static void ComputeChunk(Tensor x, Tensor factor, Tensor y, long start, int count)
    {
        switch (x.ElementType)
        {
            case ElementType.Float16: ComputeBlocks<Half>(x, factor, y, start, count); break;
            case ElementType.BFloat16: ComputeBlocks<BFloat16>(x, factor, y, start, count); break;
            default: Elementwise.SiluMultiply((float*)x.Data + start, (float*)factor.Data + start, count, (float*)y.Data + start); break;
        }
    }

    [SkipLocalsInit]
    private static void ComputeBlocks<T>(Tensor x, Tensor factor, Tensor y, long start, int count)
        where T : unmanaged
    {
        float* left = stackalloc float[Block];
        float* right = stackalloc float[Block];
        for (int done = 0; done < count; done += Block)
        {
            int length = Math.Min(Block, count - done);
            SingleConversion.ToSingle(x.Slice<T>(start + done, length), new Span<float>(left, length));
            SingleConversion.ToSingle(factor.Slice<T>(start + done, length), new Span<float>(right, length));
            Elementwise.SiluMultiply(left, right, length, left);
            SingleConversion.FromSingle(new ReadOnlySpan<float>(left, length), y.WritableSlice<T>(start + done, length));
        }
    }

    private readonly struct Body(Tensor x, Tensor factor, Tensor y) : IParallelBody
    {
        public void Run(int chunk, int worker)
        {
            long start = (long)chunk * ChunkLength;
            ComputeChunk(x, factor, y, start, (int)Math.Min(ChunkLength, x.ElementCount - start));
        }
    }
}
