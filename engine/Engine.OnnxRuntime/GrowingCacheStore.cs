using Engine.Inference.Runners;
using Engine.Onnx.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>
/// A past and a present of its own for every call, one sequence at a time: for graphs that append to their caches, and for states of convolutions
/// and recurrences. A row keeps the present of its last call as the past of the next.
/// </summary>
/// <param name="signature">Whose caches.</param>
/// <param name="rows">How many tokens are in each row.</param>
/// <param name="allocator">Of the memory that presents are in; a past of no tokens is always the processor's.</param>
internal sealed class GrowingCacheStore(ModelSignature signature, RowTable rows, OrtAllocator allocator) : CacheStore(signature, rows)
{
    private readonly OrtValue[]?[] _states = new OrtValue[rows.Count][];
    private readonly int[] _lengths = new int[rows.Count];
    private int _row = -1;

    public override bool CanBatch => false;

    public override void Prepare(int firstRow, int rowCount, int length)
    {
        _row = firstRow;
        Rewind(firstRow, Rows.Lengths[firstRow]);
        Past.AddRange(_states[firstRow]!);
        _lengths[firstRow] = length;
        foreach (CachePair pair in Pairs)
        {
            Present.Add(OrtValue.CreateAllocatedTensorValue(allocator, (TensorElementType)(int)pair.Past.ElementType, Shape(pair, length).ToArray()));
        }
    }

    public override void Commit()
    {
        if (_row < 0)
        {
            return;
        }

        Free(_states[_row]);
        _states[_row] = [.. Present];
        Past.Clear();
        Present.Clear();
        _row = -1;
    }

    public override void Dispose()
    {
        Commit();
        foreach (OrtValue[]? states in _states)
        {
            Free(states);
        }
    }

    // A row begins anew at position 0, and may be asked to forget its last tokens.
    private void Rewind(int row, int position)
    {
        if (position == 0 || _states[row] is not { } states)
        {
            Free(_states[row]);
            _states[row] = [.. Pairs.Select(pair => Allocate(pair, 0))];
            return;
        }

        if (position == _lengths[row])
        {
            return;
        }

        for (int i = 0; i < Pairs.Count; i++)
        {
            OrtValue shorter = Truncate(Pairs[i], states[i], position);
            states[i].Dispose();
            states[i] = shorter;
        }
    }

    private OrtValue Truncate(CachePair pair, OrtValue state, int tokens)
    {
        if (pair.SequenceAxis < 0 || allocator != OrtAllocator.DefaultInstance)
        {
            throw new NotSupportedException($"The state '{pair.Past.Name}' cannot go back to an earlier token.");
        }

        OrtValue shorter = Allocate(pair, tokens);
        Span<byte> from = state.GetTensorMutableRawData();
        Span<byte> to = shorter.GetTensorMutableRawData();
        int rows = (int)Shape(pair, 1)[..pair.SequenceAxis].ToArray().Aggregate(1L, (product, size) => product * size);
        for (int row = 0; row < rows; row++)
        {
            from.Slice(row * (from.Length / rows), to.Length / rows).CopyTo(to[(row * (to.Length / rows))..]);
        }

        return shorter;
    }

    private static OrtValue Allocate(CachePair pair, int tokens)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)(int)pair.Past.ElementType, Shape(pair, tokens).ToArray());
        value.GetTensorMutableRawData().Clear();
        return value;
    }

    private static Span<long> Shape(CachePair pair, int tokens)
    {
        IReadOnlyList<Dimension> dimensions = pair.Past.Dimensions!;
        long[] shape = new long[dimensions.Count];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = axis == pair.SequenceAxis ? tokens : axis == pair.BatchAxis ? 1 : dimensions[axis].Size;
        }

        return shape;
    }

    private static void Free(OrtValue[]? states)
    {
        foreach (OrtValue state in states ?? [])
        {
            state.Dispose();
        }
    }
}
