namespace Engine.Onnx.Kernels.Registers;

/// <summary>Two registers side by side.</summary>
internal readonly struct Pair<TVector>(TVector low, TVector high)
    where TVector : struct
{
    public readonly TVector Low = low;
    public readonly TVector High = high;
}
