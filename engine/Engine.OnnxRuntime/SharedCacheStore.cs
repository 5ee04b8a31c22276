using Engine.Inference.Runners;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>
/// One tensor a layer that is past and present at once, <c>[rows, heads, capacity, width]</c>, in the memory of the processor: attention writes new keys
/// and values in place, and row lengths come from the mask. Rows and capacity double as sequences come and grow, and pages that no token reached are
/// never touched.
/// </summary>
internal sealed unsafe class SharedCacheStore : CacheStore
{
    private const int FirstCapacity = 256;

    private readonly NativeBlock[] _blocks;
    private readonly int _contextLength;
    private int _rowCapacity;
    private int _capacity;
    private (int First, int Count) _bound;

    /// <param name="signature">Whose caches; all of them keys or values.</param>
    /// <param name="rows">How many tokens are in each row.</param>
    /// <param name="contextLength">The most tokens of a row.</param>
    public SharedCacheStore(ModelSignature signature, RowTable rows, int contextLength)
        : base(signature, rows)
    {
        _blocks = [.. Pairs.Select(_ => new NativeBlock())];
        _contextLength = contextLength;
        CanBatch = signature.AttentionMask is not null;
    }

    public override bool CanBatch { get; }

    public override bool CanMove => true;

    public override void Prepare(int firstRow, int rowCount, int length)
    {
        bool grown = Reserve(firstRow + rowCount, length);
        if (!grown && _bound == (firstRow, rowCount))
        {
            return;
        }

        Unbind();
        _bound = (firstRow, rowCount);
        for (int i = 0; i < Pairs.Count; i++)
        {
            CachePair pair = Pairs[i];
            long rowBytes = Heads(pair) * HeadBytes(pair, _capacity);
            OrtValue value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance,
                (TensorElementType)(int)pair.Past.ElementType,
                [rowCount, Heads(pair), _capacity, pair.Past.Dimensions![3].Size],
                (IntPtr)(_blocks[i].Data + (firstRow * rowBytes)),
                rowCount * rowBytes);
            Past.Add(value);
            Present.Add(value);
        }
    }

    public override void Move(int from, int to)
    {
        for (int i = 0; i < Pairs.Count; i++)
        {
            byte* data = _blocks[i].Data;
            Copy(Pairs[i], from, data, _capacity, to, data, _capacity);
        }
    }

    public override void Dispose()
    {
        Unbind();
        foreach (NativeBlock block in _blocks)
        {
            block.Dispose();
        }
    }

    private static long Heads(CachePair pair) => pair.Past.Dimensions![1].Size;

    private static long HeadBytes(CachePair pair, long tokens) => pair.Past.ElementType.ByteCount(tokens * pair.Past.Dimensions![3].Size);

    private bool Reserve(int rows, int tokens)
    {
        if (rows <= _rowCapacity && tokens <= _capacity)
        {
            return false;
        }

        int rowCapacity = Math.Min(Doubled(Math.Max(1, _rowCapacity), rows), Rows.Count);
        int capacity = Math.Min(Doubled(Math.Max(FirstCapacity, _capacity), tokens), Math.Max(_contextLength, tokens));
        Unbind();
        for (int i = 0; i < Pairs.Count; i++)
        {
            Grow(Pairs[i], _blocks[i], rowCapacity, capacity);
        }

        (_rowCapacity, _capacity) = (rowCapacity, capacity);
        return true;
    }

    private static int Doubled(int size, int least)
    {
        while (size < least)
        {
            size *= 2;
        }

        return size;
    }

    private void Grow(CachePair pair, NativeBlock block, int rowCapacity, int capacity)
    {
        long bytes = rowCapacity * Heads(pair) * HeadBytes(pair, capacity);
        byte* data = NativeBlock.Allocate(bytes);
        for (int row = 0; row < _rowCapacity; row++)
        {
            Copy(pair, row, block.Data, _capacity, row, data, capacity);
        }

        block.Replace(data, bytes);
    }

    private void Copy(CachePair pair, int fromRow, byte* from, int fromCapacity, int toRow, byte* to, int toCapacity)
    {
        (long heads, long fromBytes, long toBytes) = (Heads(pair), HeadBytes(pair, fromCapacity), HeadBytes(pair, toCapacity));
        long used = HeadBytes(pair, Math.Min(Rows.Lengths[fromRow], fromCapacity));
        for (long head = 0; used > 0 && head < heads; head++)
        {
            Buffer.MemoryCopy(from + (((fromRow * heads) + head) * fromBytes), to + (((toRow * heads) + head) * toBytes), toBytes, used);
        }
    }

    private void Unbind()
    {
        foreach (OrtValue value in Past)
        {
            value.Dispose();
        }

        Past.Clear();
        Present.Clear();
        _bound = default;
    }
}
