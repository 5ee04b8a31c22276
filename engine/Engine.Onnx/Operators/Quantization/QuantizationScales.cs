using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Quantization;

/// <summary>Which scale and zero point belong to an element: one for all, one for each index of an axis, or one for each block along it.</summary>
internal readonly struct QuantizationScales
{
    private readonly long _inner;
    private readonly int _size;
    private readonly int _block;
    private readonly int _blocks;

    /// <param name="context">The call.</param>
    /// <param name="shape">Of the tensor that the scales belong to.</param>
    /// <param name="scales">The scales.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="block">Elements that share a scale along the axis; 0 for scales without blocks.</param>
    public QuantizationScales(OperatorContext context, in Shape shape, Tensor scales, long axis, int block)
    {
        if (scales.ElementCount == 1 && block == 0)
        {
            RunLength = shape.ElementCount;
            return;
        }

        int normalized = context.NormalizeAxis(axis, shape.Rank);
        _inner = shape.CountBetween(normalized + 1, shape.Rank);
        _size = shape[normalized];
        _block = block;
        _blocks = block == 0 ? _size : (_size + block - 1) / block;
        RunLength = block == 0 || _inner > 1 ? _inner : block;
        long wanted = block == 0 ? _size : shape.ElementCount / Math.Max(1, _size) * _blocks;
        if (scales.ElementCount != wanted || block < 0)
        {
            throw context.Error($"{scales.ElementCount} scales of shape {scales.Shape} for axis {normalized} of {shape} where {wanted} belong.");
        }
    }

    /// <summary>Elements from a run's start that share scale and zero point; the next run begins after them, and never crosses a block or an index.</summary>
    public long RunLength { get; }

    /// <summary>Elements from <paramref name="place"/> on with one scale, at most <paramref name="most"/>.</summary>
    public int RunAt(long place, long most)
    {
        long left = _size == 0 ? most : RunLength - (_block == 0 || _inner > 1 ? 0 : place % _size % _block);
        return (int)Math.Min(Math.Min(left, most), _block == 0 || _inner > 1 || _size == 0 ? long.MaxValue : _size - (place % _size));
    }

    /// <summary>The scale of an element; of every element of the run that starts there where blocks lie along the innermost axis.</summary>
    public int IndexAt(long place)
    {
        if (_size == 0)
        {
            return 0;
        }

        long index = place / _inner % _size;
        return _block == 0 ? (int)index : (int)((((place / _inner / _size * _blocks) + (index / _block)) * _inner) + (place % _inner));
    }

    /// <summary>Whether the elements of a run each have a scale of their own: blocks along an axis that is not the innermost.</summary>
    public bool ScalesAdvance => _block != 0 && _inner > 1;

    /// <summary>The attributes of QuantizeLinear and DequantizeLinear.</summary>
    public static (long Axis, int Block) Read(Node node) => (node.Attributes.Int("axis", 1), node.Attributes.Int32("block_size", 0));
}
