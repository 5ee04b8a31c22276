using Engine.Inference.Runners;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>
/// One tensor a layer that is past and present at once, <c>[slots, heads, capacity, width]</c>: attention writes new keys and values in place, and
/// row lengths come from the mask. Capacity doubles as sequences grow, and pages that no token reached are never touched.
/// </summary>
internal sealed unsafe class SharedCacheStore : CacheStore
{
    private const int FirstCapacity = 256;

    private readonly NativeBlock[] _blocks;
    private readonly int[] _lengths;
    private readonly int _contextLength;
    private int _capacity;
    private (int First, int Count, int Length) _running;

    /// <param name="signature">Whose caches; all of them keys or values.</param>
    /// <param name="slotCount">Slots there are.</param>
    /// <param name="contextLength">The most tokens a slot holds.</param>
    public SharedCacheStore(ModelSignature signature, int slotCount, int contextLength)
        : base(signature)
    {
        _blocks = [.. Pairs.Select(_ => new NativeBlock())];
        _lengths = new int[slotCount];
        _contextLength = contextLength;
        CanBatch = signature.AttentionMask is not null;
    }

    public override bool CanBatch { get; }

    public override void Prepare(int firstSlot, int slotCount, int position, int tokenCount)
    {
        Reserve(position + tokenCount);
        _running = (firstSlot, slotCount, position + tokenCount);
        for (int i = 0; i < Pairs.Count; i++)
        {
            CachePair pair = Pairs[i];
            long slotBytes = HeadBytes(pair, _capacity) * pair.Past.Dimensions![1].Size;
            long[] shape = [slotCount, pair.Past.Dimensions[1].Size, _capacity, pair.Past.Dimensions[3].Size];
            OrtValue value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, (TensorElementType)(int)pair.Past.ElementType, shape, (IntPtr)(_blocks[i].Data + (firstSlot * slotBytes)), slotCount * slotBytes);
            Past.Add(value);
            Present.Add(value);
        }
    }

    public override void Commit()
    {
        for (int slot = _running.First; slot < _running.First + _running.Count; slot++)
        {
            _lengths[slot] = Math.Max(_lengths[slot], _running.Length);
        }

        foreach (OrtValue value in Past)
        {
            value.Dispose();
        }

        Past.Clear();
        Present.Clear();
    }

    public override void Dispose()
    {
        Commit();
        foreach (NativeBlock block in _blocks)
        {
            block.Dispose();
        }
    }

    private static long HeadBytes(CachePair pair, long tokens) => pair.Past.ElementType.ByteCount(tokens * pair.Past.Dimensions![3].Size);

    private void Reserve(int tokens)
    {
        if (tokens <= _capacity)
        {
            return;
        }

        int capacity = Math.Max(FirstCapacity, _capacity);
        while (capacity < tokens)
        {
            capacity *= 2;
        }

        capacity = Math.Min(capacity, Math.Max(_contextLength, tokens));
        for (int i = 0; i < Pairs.Count; i++)
        {
            Grow(Pairs[i], _blocks[i], capacity);
        }

        _capacity = capacity;
    }

    private void Grow(CachePair pair, NativeBlock block, int capacity)
    {
        long heads = pair.Past.Dimensions![1].Size;
        (long oldBytes, long newBytes) = (HeadBytes(pair, _capacity), HeadBytes(pair, capacity));
        long bytes = _lengths.Length * heads * newBytes;
        byte* data = NativeBlock.Allocate(bytes);
        for (int slot = 0; slot < _lengths.Length; slot++)
        {
            long used = HeadBytes(pair, Math.Min(_lengths[slot], _capacity));
            for (long head = slot * heads; used > 0 && head < (slot + 1) * heads; head++)
            {
                Buffer.MemoryCopy(block.Data + (head * oldBytes), data + (head * newBytes), newBytes, used);
            }
        }

        block.Replace(data, bytes);
    }
}
