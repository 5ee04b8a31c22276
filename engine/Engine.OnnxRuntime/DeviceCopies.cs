using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>
/// Copies between the processor and a device, as ONNX Runtime does it for the inputs and outputs of a graph: its binding has no copy of its own that all
/// providers know.
/// </summary>
/// <param name="open">Opens a graph on the device.</param>
internal sealed unsafe class DeviceCopies(Func<byte[], InferenceSession> open) : IDisposable
{
    private const long PieceBytes = 64L << 20;

    private readonly RunOptions _options = new();
    private readonly NativeBlock _rows = new();
    private InferenceSession? _picker;

    /// <summary>Fills memory with zeros: what is behind a row's last token is masked, but a NaN there would still be one.</summary>
    public void Clear(DeviceMemory memory, OrtMemoryAllocation allocation, long byteCount)
    {
        const TensorElementType Type = TensorElementType.Int32;
        using InferenceSession fill = open(new SmallGraph().Node("Identity", ["x"], "y").Input("x", Type, 1).Output("y", Type, 1).ToArray());
        using NativeBlock zeros = new();
        zeros.Ensure(Math.Min(byteCount, PieceBytes));
        for (long offset = 0; offset < byteCount; offset += PieceBytes)
        {
            long length = Math.Min(PieceBytes, byteCount - offset) / sizeof(int) * sizeof(int);
            using OrtValue from = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, Type, [length / sizeof(int)], (nint)zeros.Data, length);
            using OrtValue to = memory.Tensor(allocation, offset, Type, length, length / sizeof(int));
            fill.Run(_options, ["x"], [from], ["y"], [to]);
        }
    }

    /// <summary>Fetches rows of a table, widened to single precision.</summary>
    /// <param name="table">The table, <c>[rows, columns]</c>, on the device.</param>
    /// <param name="type">Its elements' type.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="rows">Which row, and which row of the destination gets it.</param>
    /// <param name="destination">Row-major.</param>
    public void Fetch(OrtValue table, TensorElementType type, int columns, IReadOnlyList<(int From, int To)> rows, Span<float> destination)
    {
        _picker ??= open(new SmallGraph()
            .Node("Gather", ["table", "rows"], "picked")
            .Node("Cast", ["picked"], "y", castTo: TensorElementType.Float)
            .Input("table", type, 2).Input("rows", TensorElementType.Int64, 1).Output("y", TensorElementType.Float, 2).ToArray());
        long byteCount = (long)rows.Count * columns * sizeof(float);
        _rows.Ensure(byteCount);
        using OrtValue picks = OrtValue.CreateTensorValueFromMemory([.. rows.Select(row => (long)row.From)], [rows.Count]);
        using OrtValue picked = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [rows.Count, columns], (nint)_rows.Data, byteCount);
        _picker.Run(_options, ["table", "rows"], [table, picks], ["y"], [picked]);
        for (int i = 0; i < rows.Count; i++)
        {
            new ReadOnlySpan<float>((float*)_rows.Data + ((long)i * columns), columns).CopyTo(destination.Slice(rows[i].To * columns, columns));
        }
    }

    public void Dispose()
    {
        _picker?.Dispose();
        _rows.Dispose();
        _options.Dispose();
    }
}
