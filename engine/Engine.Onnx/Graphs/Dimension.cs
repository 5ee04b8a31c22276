using System.Globalization;

namespace Engine.Onnx.Graphs;

/// <summary>One declared dimension of a graph's input or output: a size, a name for a size that varies, or neither.</summary>
/// <param name="Size">The size; -1 where it varies.</param>
/// <param name="Name">The name that the model gives a varying size; empty without one.</param>
public readonly record struct Dimension(long Size, string Name)
{
    /// <summary>Whether the size is fixed.</summary>
    public bool IsFixed => Size >= 0;

    /// <summary>The size, the name, or <c>?</c>.</summary>
    public override string ToString() => IsFixed ? Size.ToString(CultureInfo.InvariantCulture) : Name.Length > 0 ? Name : "?";
}
