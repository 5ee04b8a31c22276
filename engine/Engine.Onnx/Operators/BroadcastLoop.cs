using System.Runtime.CompilerServices;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>
/// Walks up to three operands under NumPy's broadcasting: the result is cut into runs, and over a run each operand either advances with it or stays at one element.
/// </summary>
internal struct BroadcastLoop
{
    private const int MaxOperands = 3;
    private Sizes _sizes;
    private Sizes _position;
    private Strides _strides;
    private Offsets _offsets;
    private int _rank;
    private int _repeats;
    private long _runsLeft;
    private bool _started;

    /// <param name="result">The shape that all operands broadcast to.</param>
    /// <param name="first">An operand's shape.</param>
    /// <param name="second">An operand's shape.</param>
    /// <param name="third">An operand's shape; that of the second where there are two.</param>
    public BroadcastLoop(in Shape result, in Shape first, in Shape second, in Shape third)
    {
        RunLength = 1;
        long outer = 1;
        bool inRun = true;
        Span<long> steps = [1, 1, 1];
        for (int i = 1; i <= result.Rank; i++)
        {
            int size = result[result.Rank - i];
            Span<long> stride = [StrideOf(first, i, ref steps[0]), StrideOf(second, i, ref steps[1]), StrideOf(third, i, ref steps[2])];
            if (size == 1)
            {
                continue;
            }

            int repeats = (stride[0] == 0 ? 1 : 0) | (stride[1] == 0 ? 2 : 0) | (stride[2] == 0 ? 4 : 0);
            if (inRun && (RunLength == 1 || repeats == _repeats))
            {
                RunLength *= size;
                _repeats = repeats;
                continue;
            }

            inRun = false;
            _sizes[_rank] = size;
            for (int operand = 0; operand < MaxOperands; operand++)
            {
                _strides[(_rank * MaxOperands) + operand] = stride[operand];
            }

            _rank++;
            outer *= size;
        }

        _runsLeft = result.ElementCount == 0 ? 0 : outer;
    }

    /// <summary>Elements of a run.</summary>
    public int RunLength { get; private set; }

    /// <summary>Where the run starts in the result.</summary>
    public long Start { get; private set; }

    /// <summary>Whether an operand stays at one element over a run.</summary>
    public readonly bool Repeats(int operand) => (_repeats & (1 << operand)) != 0;

    /// <summary>Where the run starts in an operand.</summary>
    public readonly long Offset(int operand) => _offsets[operand];

    /// <summary>How many elements of an operand a run reads.</summary>
    public readonly int Length(int operand) => Repeats(operand) ? 1 : RunLength;

    /// <summary>Goes to the first run, then to the next.</summary>
    public bool Next()
    {
        if (_runsLeft == 0)
        {
            return false;
        }

        _runsLeft--;
        if (!_started)
        {
            _started = true;
            return true;
        }

        Start += RunLength;
        for (int axis = 0; axis < _rank; axis++)
        {
            bool wraps = ++_position[axis] == _sizes[axis];
            for (int operand = 0; operand < MaxOperands; operand++)
            {
                long stride = _strides[(axis * MaxOperands) + operand];
                _offsets[operand] += wraps ? -stride * (_sizes[axis] - 1) : stride;
            }

            if (!wraps)
            {
                break;
            }

            _position[axis] = 0;
        }

        return true;
    }

    /// <summary>The distance of neighbours along an axis counted from the innermost, 0 where the operand repeats.</summary>
    private static long StrideOf(in Shape shape, int fromInnermost, ref long step)
    {
        int size = fromInnermost <= shape.Rank ? shape[shape.Rank - fromInnermost] : 1;
        long stride = size == 1 ? 0 : step;
        step *= size;
        return stride;
    }

    [InlineArray(Shape.MaxRank)]
    private struct Sizes
    {
        private int _first;
    }

    [InlineArray(Shape.MaxRank * MaxOperands)]
    private struct Strides
    {
        private long _first;
    }

    [InlineArray(MaxOperands)]
    private struct Offsets
    {
        private long _first;
    }
}
