namespace Engine.Onnx.Kernels.Quantization;

/// <summary>The width of a quantised weight, as a type: kernels are compiled once per width with constant shifts and masks.</summary>
internal interface IFieldFormat
{
    /// <summary>Bits of a weight: 2, 4 or 8.</summary>
    static abstract int Bits { get; }
}

internal readonly struct TwoBits : IFieldFormat
{
    public static int Bits => 2;
}

internal readonly struct FourBits : IFieldFormat
{
    public static int Bits => 4;
}

internal readonly struct EightBits : IFieldFormat
{
    public static int Bits => 8;
}
