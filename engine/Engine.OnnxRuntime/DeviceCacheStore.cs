using Engine.Inference.Runners;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>
/// As <see cref="SharedCacheStore"/>, but in the memory of a device: taken at once for all rows and the whole context, as it is neither given out page by
/// page nor copied from here.
/// </summary>
internal sealed class DeviceCacheStore : CacheStore
{
    private readonly DeviceMemory _memory;
    private readonly List<OrtMemoryAllocation> _allocations = [];
    private readonly int _capacity;
    private (int First, int Count) _bound;

    /// <param name="signature">Whose caches; all of them keys or values.</param>
    /// <param name="rows">How many tokens are in each row.</param>
    /// <param name="memory">The device's.</param>
    /// <param name="copies">Clears it.</param>
    /// <param name="capacity">Tokens a row holds.</param>
    public DeviceCacheStore(ModelSignature signature, RowTable rows, DeviceMemory memory, DeviceCopies copies, int capacity)
        : base(signature, rows)
    {
        _memory = memory;
        _capacity = capacity;
        CanBatch = signature.AttentionMask is not null;
        try
        {
            foreach (CachePair pair in Pairs)
            {
                long byteCount = rows.Count * RowBytes(pair);
                OrtMemoryAllocation allocation = memory.Allocate(byteCount);
                _allocations.Add(allocation);
                copies.Clear(memory, allocation, byteCount);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override bool CanBatch { get; }

    public override void Prepare(int firstRow, int rowCount, int length)
    {
        if (_bound == (firstRow, rowCount))
        {
            return;
        }

        Unbind();
        _bound = (firstRow, rowCount);
        for (int i = 0; i < Pairs.Count; i++)
        {
            CachePair pair = Pairs[i];
            OrtValue value = _memory.Tensor(
                _allocations[i],
                firstRow * RowBytes(pair),
                (TensorElementType)(int)pair.Past.ElementType,
                rowCount * RowBytes(pair),
                rowCount,
                pair.Past.Dimensions![1].Size,
                _capacity,
                pair.Past.Dimensions[3].Size);
            Past.Add(value);
            Present.Add(value);
        }
    }

    public override void Dispose()
    {
        Unbind();
        foreach (OrtMemoryAllocation allocation in _allocations)
        {
            allocation.Dispose();
        }

        _allocations.Clear();
    }

    private long RowBytes(CachePair pair) => pair.Past.ElementType.ByteCount(pair.Past.Dimensions![1].Size * _capacity * pair.Past.Dimensions[3].Size);

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
