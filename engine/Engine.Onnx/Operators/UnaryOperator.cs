using System.Runtime.CompilerServices;
using Engine.Onnx.Kernels.Conversion;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Operators;

/// <summary>y = f(x) for floating-point tensors. Halves and bfloat16 are computed as singles and rounded once.</summary>
internal abstract class UnaryOperator : Operator
{
    /// <summary>
    /// Kernels take another path for a handful of elements, with other last bits; so a short tensor is computed as part of a longer one, and a row gives the same
    /// alone and among others.
    /// </summary>
    private const int Shortest = 16;

    private const int Block = 1024;
    private const int ChunkLength = 16 * Block;

    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        if (!x.ElementType.IsFloatingPoint())
        {
            throw context.UnsupportedType(x.ElementType);
        }

        Tensor y = context.AllocateOutput(0, x.ElementType, x.Shape);
        Body body = new(this, x, y);
        context.Workers.Run((int)((x.ElementCount + ChunkLength - 1) / ChunkLength), ref body);
    }

    /// <summary>The function over singles; <paramref name="y"/> may be <paramref name="x"/>.</summary>
    protected abstract void Compute(ReadOnlySpan<float> x, Span<float> y);

    /// <summary>The function over doubles; <paramref name="y"/> may be <paramref name="x"/>.</summary>
    protected abstract void Compute(ReadOnlySpan<double> x, Span<double> y);

    private void ComputeChunk(Tensor x, Tensor y, long start, int count)
    {
        switch (x.ElementType)
        {
            case ElementType.Float32 when count >= Shortest: Compute(x.Slice<float>(start, count), y.WritableSlice<float>(start, count)); break;
            case ElementType.Float32: ComputeBlocks<float>(x, y, start, count); break;
            case ElementType.Float16: ComputeBlocks<Half>(x, y, start, count); break;
            case ElementType.BFloat16: ComputeBlocks<BFloat16>(x, y, start, count); break;
            default: Compute(x.Slice<double>(start, count), y.WritableSlice<double>(start, count)); break;
        }
    }

    [SkipLocalsInit]
    private void ComputeBlocks<T>(Tensor x, Tensor y, long start, int count)
        where T : unmanaged
    {
        Span<float> block = stackalloc float[Block];
        block[..Shortest].Clear();
        for (int done = 0; done < count; done += Block)
        {
            int length = Math.Min(Block, count - done);
            Span<float> padded = block[..Math.Max(length, Shortest)];
            SingleConversion.ToSingle(x.Slice<T>(start + done, length), block);
            Compute(padded, padded);
            SingleConversion.FromSingle(block[..length], y.WritableSlice<T>(start + done, length));
        }
    }

    private readonly struct Body(UnaryOperator code, Tensor x, Tensor y) : IParallelBody
    {
        public void Run(int chunk, int worker)
        {
            long start = (long)chunk * ChunkLength;
            code.ComputeChunk(x, y, start, (int)Math.Min(ChunkLength, x.ElementCount - start));
        }
    }
}
