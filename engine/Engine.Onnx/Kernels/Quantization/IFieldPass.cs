namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// How an integer kernel goes through the fields of a block, as a type. The products of one pass fit 16 bits: eight of at most 2 * 15 * 127
/// are 30480.
/// </summary>
internal interface IFieldPass
{
    /// <summary>Fields of a pass: 4 or 8.</summary>
    static abstract int Fields { get; }

    /// <summary>A block takes one pass; otherwise several.</summary>
    static abstract bool IsOnly { get; }
}

internal readonly struct OnlyFour : IFieldPass
{
    public static int Fields => 4;

    public static bool IsOnly => true;
}

internal readonly struct OnlyEight : IFieldPass
{
    public static int Fields => 8;

    public static bool IsOnly => true;
}

internal readonly struct ManyFours : IFieldPass
{
    public static int Fields => 4;

    public static bool IsOnly => false;
}

internal readonly struct ManyEights : IFieldPass
{
    public static int Fields => 8;

    public static bool IsOnly => false;
}
