using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Gemm;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>
/// Y = A Bᵀ where B [N, K] is stored in 4-bit codes with one scale per block of its flattened elements, the first of two codes in the high nibble: the formats
/// FP4 and NF4 of bitsandbytes.
/// </summary>
internal sealed unsafe class MatMulBnb4(Node node) : Operator
{
    private static readonly float[] Fp4 = [0, 5.208333333e-03f, 0.66666667f, 1, 0.33333333f, 0.5f, 0.16666667f, 0.25f, -0f, -5.208333333e-03f, -0.66666667f, -1, -0.33333333f, -0.5f, -0.16666667f, -0.25f];

    private static readonly float[] Nf4 =
    [
        -1, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1,
    ];

    private readonly int _depth = node.Attributes.Int32("K");
    private readonly int _columns = node.Attributes.Int32("N");
    private readonly int _block = node.Attributes.Int32("block_size");
    private readonly float[] _codes = node.Attributes.Int32("quant_type") switch
    {
        0 => Fp4,
        1 => Nf4,
        int type => throw new InvalidModelException($"attribute 'quant_type' is {type}, which is not supported."),
    };

    private DenseMatrix? _matrix;

    public override long WeightBytes => _matrix?.ByteCount ?? 0;

    public override void Prepack(PrepackContext context)
    {
        if (context.Constant(1) is not { ElementType: ElementType.UInt8 } packed || context.Constant(2) is not { } scale || _depth < 1 || _columns < 1 || _block < 1)
        {
            throw context.Error("weights and scales must be constant, and K, N and block_size positive.");
        }

        long count = (long)_depth * _columns;
        double[] scales = new double[scale.ElementCount];
        if (packed.ByteLength != (count + 1) / 2 || scale.ElementCount != (count + _block - 1) / _block || !TensorValues.TryRead(scale, scales))
        {
            throw context.Error($"weights {packed} and scales {scale} do not fit N {_columns}, K {_depth} and blocks of {_block}.");
        }

        using Tensor weights = Tensor.Allocate(ElementType.Float32, new Shape(_columns, _depth));
        float* target = (float*)weights.Data;
        for (long i = 0; i < count; i++)
        {
            target[i] = _codes[(packed.Data[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 15] * (float)scales[i / _block];
        }

        DenseElements.TryGet(ElementType.Float32, out DenseElement element);
        _matrix = DenseMatrix.Pack(weights.Data, element, _depth, _columns, transposed: true, context.Workers);
        context.Release(1);
        context.Release(2);
    }

    public override void Run(OperatorContext context)
    {
        Tensor a = context.Input(0);
        if (a.Shape.Rank < 1 || a.Shape[^1] != _depth)
        {
            throw context.Error($"input 0 is {a}; its last dimension must be {_depth}.");
        }

        FloatOutput y = context.AllocateFloats(0, a.ElementType, a.Shape.With(a.Shape.Rank - 1, _columns));
        DenseMatMul.Run(context.Workers, context.ReadFloats(a), checked((int)a.Shape.CountBetween(0, a.Shape.Rank - 1)), _matrix!.Operand, y.Data);
        y.Complete();
    }

    public override void Dispose()
    {
        _matrix?.Dispose();
        base.Dispose();
    }
}
