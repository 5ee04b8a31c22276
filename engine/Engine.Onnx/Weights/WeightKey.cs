using System.Runtime.InteropServices;

namespace Engine.Onnx.Weights;

/// <summary>Which weights: where a model's files have them, and how they are to be read. A line of a <see cref="PackedWeightsFile"/>'s index.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct WeightKey(SourcePlace Fields, SourcePlace Scales, SourcePlace ZeroPoints, int Rows, int Columns, int BlockSize, int Bits);

/// <summary>A place in the files of a model.</summary>
/// <param name="File">Which file; negative for a tensor that is left out.</param>
/// <param name="Offset">The first byte.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct SourcePlace(long File, long Offset)
{
    /// <summary>The place of a tensor that a node leaves out.</summary>
    public static readonly SourcePlace None = new(-1, 0);
}
