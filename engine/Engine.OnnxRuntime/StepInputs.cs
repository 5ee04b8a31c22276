using Engine.Inference.Runners;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>The inputs of one run besides the caches: token ids, mask, positions and what else the graph asks for.</summary>
internal sealed unsafe class StepInputs(ModelSignature signature) : IDisposable
{
    private readonly NativeBlock[] _blocks = [new(), new(), new(), new(), new()];

    /// <summary>Their names.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Their values, in the same order.</summary>
    public List<OrtValue> Values { get; } = [];

    /// <summary>Fills the inputs for a batch.</summary>
    /// <param name="tokens">Row-major <c>[rows, tokens of a row]</c>.</param>
    /// <param name="positions">Position of the first token of each row.</param>
    /// <param name="logitCount">Rows of logits wanted of each row, for graphs that ask.</param>
    public void Fill(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions, int logitCount)
    {
        Clear();
        int rows = positions.Length;
        int count = tokens.Length / rows;
        Integers ids = Add(0, signature.InputIds, rows, count);
        for (int i = 0; i < tokens.Length; i++)
        {
            ids[i] = tokens[i];
        }

        int total = 0;
        foreach (int position in positions)
        {
            total = Math.Max(total, position + count);
        }

        if (signature.AttentionMask is { } mask)
        {
            // Shorter rows are padded on the right: their length is the number of ones.
            Integers ones = Add(1, mask, rows, total);
            for (int row = 0; row < rows; row++)
            {
                for (int i = 0; i < total; i++)
                {
                    ones[(row * total) + i] = i < positions[row] + count ? 1 : 0;
                }
            }
        }

        if (signature.PositionIds is { } positionIds)
        {
            int planes = positionIds.Dimensions!.Count == 3 ? 3 : 1;
            Integers values = planes == 3 ? Add(2, positionIds, planes, rows, count) : Add(2, positionIds, rows, count);
            for (int i = 0; i < planes * rows * count; i++)
            {
                values[i] = positions[i / count % rows] + (i % count);
            }
        }

        if (signature.LogitCount is { } logits)
        {
            Integers value = logits.Dimensions!.Count == 0 ? Add(3, logits) : Add(3, logits, 1);
            value[0] = logitCount;
        }

        if (signature.UseCache is { } useCache)
        {
            Integers value = useCache.Dimensions!.Count == 0 ? Add(4, useCache) : Add(4, useCache, 1);
            value[0] = total > count ? 1 : 0;
        }
    }

    public void Dispose()
    {
        Clear();
        foreach (NativeBlock block in _blocks)
        {
            block.Dispose();
        }
    }

    private void Clear()
    {
        foreach (OrtValue value in Values)
        {
            value.Dispose();
        }

        Names.Clear();
        Values.Clear();
    }

    private Integers Add(int block, ValueInfo input, params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long size in shape)
        {
            count *= size;
        }

        long bytes = input.ElementType.ByteCount(count);
        _blocks[block].Ensure(bytes);
        Names.Add(input.Name);
        Values.Add(OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, (TensorElementType)(int)input.ElementType, shape.ToArray(), (IntPtr)_blocks[block].Data, bytes));
        return new Integers(_blocks[block].Data, input.ElementType);
    }

    /// <summary>Integers of 64, 32 or 8 (booleans) bits.</summary>
    private readonly struct Integers(byte* data, ElementType type)
    {
        public int this[int index]
        {
            set
            {
                switch (type)
                {
                    case ElementType.Int64:
                        ((long*)data)[index] = value;
                        break;
                    case ElementType.Int32:
                        ((int*)data)[index] = value;
                        break;
                    default:
                        data[index] = (byte)value;
                        break;
                }
            }
        }
    }
}
