namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Products of unsigned by signed bytes, added up exactly: the four of a 32-bit lane end up in that lane. In between they are kept as the
/// instruction set likes it, as one sum of 32 bits or as two of 16; the fields are so small that eight products after another fit either.
/// </summary>
/// <typeparam name="TVector">What holds the lanes.</typeparam>
internal interface IByteDot<TVector>
    where TVector : struct
{
    /// <summary>Fields may be whole bytes. Otherwise they have at most four bits.</summary>
    static abstract bool TakesBytes { get; }

    /// <summary>Registers of fields that stay where they are while rows of activations pass by: 4 or 8.</summary>
    static abstract int Fields { get; }

    /// <summary>The first product of a sum.</summary>
    static abstract TVector Multiply(TVector fields, TVector values);

    static abstract TVector MultiplyAdd(TVector sum, TVector fields, TVector values);

    /// <summary>The sum of a lane.</summary>
    static abstract TVector Total(TVector sum);
}
