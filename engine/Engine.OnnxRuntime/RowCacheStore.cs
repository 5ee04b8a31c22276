using Engine.Inference.Runners;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>
/// A tensor for each row and layer, <c>[1, heads, capacity, width]</c>, that is past and present at once, as ONNX Runtime allocates it: for DirectML, whose
/// memory has no addresses to count with. A row that grows loses its contents.
/// </summary>
/// <param name="signature">Whose caches; all of them keys or values.</param>
/// <param name="rows">How many tokens are in each row.</param>
/// <param name="allocator">Of the device.</param>
/// <param name="contextLength">The most tokens of a row.</param>
internal sealed class RowCacheStore(ModelSignature signature, RowTable rows, OrtAllocator allocator, int contextLength) : CacheStore(signature, rows)
{
    private const int FirstCapacity = 256;

    private readonly OrtValue[]?[] _tensors = new OrtValue[rows.Count][];
    private readonly int[] _capacities = new int[rows.Count];

    public override bool CanBatch => false;

    /// <summary>Tokens that a row has room for.</summary>
    public int CapacityOf(int row) => _capacities[row];

    /// <summary>Gives a row new memory, with room for at least so many tokens.</summary>
    public void Reserve(int row, int tokens)
    {
        int capacity = Math.Max(FirstCapacity, _capacities[row]);
        while (capacity < tokens)
        {
            capacity *= 2;
        }

        capacity = Math.Min(capacity, Math.Max(tokens, contextLength));
        Free(row);
        List<OrtValue> tensors = [];
        try
        {
            foreach (CachePair pair in Pairs)
            {
                long[] shape = [1, pair.Past.Dimensions![1].Size, capacity, pair.Past.Dimensions[3].Size];
                tensors.Add(OrtValue.CreateAllocatedTensorValue(allocator, (TensorElementType)(int)pair.Past.ElementType, shape));
            }
        }
        catch
        {
            tensors.ForEach(tensor => tensor.Dispose());
            throw;
        }

        _tensors[row] = [.. tensors];
        _capacities[row] = capacity;
    }

    public override void Prepare(int firstRow, int rowCount, int length)
    {
        Past.Clear();
        Past.AddRange(_tensors[firstRow]!);
        Present.Clear();
        Present.AddRange(_tensors[firstRow]!);
    }

    public override void Dispose()
    {
        for (int row = 0; row < _tensors.Length; row++)
        {
            Free(row);
        }
    }

    private void Free(int row)
    {
        foreach (OrtValue tensor in _tensors[row] ?? [])
        {
            tensor.Dispose();
        }

        _tensors[row] = null;
        _capacities[row] = 0;
    }
}
