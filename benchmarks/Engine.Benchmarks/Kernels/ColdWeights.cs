using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Threading;

namespace Engine.Benchmarks.Kernels;

/// <summary>Random quantized weights, blocks of 32, in so many copies that they push each other out of the caches, as the layers of a model do.</summary>
internal sealed unsafe class ColdWeights : IDisposable
{
    private const long ColdBytes = 96L << 20;

    private readonly BlockQuantizedMatrix[] _weights;
    private int _next;

    public ColdWeights(WorkerPool pool, int n, int k, int bits, bool withZeroPoints)
    {
        Random random = new(1);
        byte[] fields = new byte[(long)n * k * bits / 8];
        random.NextBytes(fields);
        float[] scales = [.. Enumerable.Range(0, n * (k / 32)).Select(_ => (float)(Half)(random.NextSingle() * 0.01f + 0.001f))];
        float[] zeroPoints = [.. scales.Select(scale => (float)(Half)(random.NextSingle() * 0.08f) / scale)];
        _weights = new BlockQuantizedMatrix[Math.Max(1, ColdBytes / fields.LongLength)];
        fixed (byte* field = fields)
        fixed (float* scale = scales, zeroPoint = zeroPoints)
        {
            for (int i = 0; i < _weights.Length; i++)
            {
                _weights[i] = BlockQuantizedMatrix.Pack(
                    new BlockQuantizedSource { Rows = n, Columns = k, Bits = bits, BlockSize = 32, Fields = field, Scales = scale, FloatZeroPoints = withZeroPoints ? zeroPoint : null },
                    pool);
            }
        }
    }

    public BlockQuantizedMatrix Next() => _weights[_next = (_next + 1) % _weights.Length];

    public void Dispose()
    {
        foreach (BlockQuantizedMatrix matrix in _weights)
        {
            matrix.Dispose();
        }
    }
}
