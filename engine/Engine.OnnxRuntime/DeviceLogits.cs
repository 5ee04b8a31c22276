using Engine.Inference.Runners;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>Logits in the memory of a device: only the rows that are wanted leave it.</summary>
internal sealed class DeviceLogits(ModelSignature signature, DeviceMemory memory, DeviceCopies copies) : LogitsStore
{
    private readonly TensorElementType _type = (TensorElementType)(int)signature.Logits.ElementType;
    private readonly int _columns = signature.VocabularySize;
    private OrtMemoryAllocation? _allocation;
    private int _rows;

    public override OrtValue Tensor(int sequences, int rows)
    {
        _rows = sequences * rows;
        long byteCount = Bytes(_rows);
        if (_allocation is null || _allocation.Size < byteCount)
        {
            _allocation?.Dispose();
            _allocation = null;
            _allocation = memory.Allocate(byteCount);
        }

        return memory.Tensor(_allocation, 0, _type, byteCount, sequences, rows, _columns);
    }

    public override void Copy(IReadOnlyList<(int From, int To)> rows, Span<float> destination)
    {
        if (rows.Count == 0)
        {
            return;
        }

        using OrtValue table = memory.Tensor(_allocation!, 0, _type, Bytes(_rows), _rows, _columns);
        copies.Fetch(table, _type, _columns, rows, destination);
    }

    public override void Dispose() => _allocation?.Dispose();

    private long Bytes(int rows) => signature.Logits.ElementType.ByteCount((long)rows * _columns);
}
