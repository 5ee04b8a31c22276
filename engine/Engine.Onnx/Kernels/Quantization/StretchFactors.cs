namespace Engine.Onnx.Kernels.Quantization;

/// <summary>What a stretch of one row of activations needs besides its digits.</summary>
internal struct StretchFactors
{
    /// <summary>32-bit words of it.</summary>
    public const int Words = 4;

    /// <summary>A power of two: activation = scale * whole number.</summary>
    public float Scale;

    /// <summary>The sum of the activations, which weights with offsets need.</summary>
    public float Sum;

    /// <summary>The common zero point of the weights times the sum of the highest digits, and times the sum of what is below them.</summary>
    public int ZeroHigh;
    public int ZeroLow;
}
