namespace Engine.Onnx.Kernels.Registers;

/// <summary>
/// Arithmetic on one register of 32-bit lanes, so that a kernel is written once for all widths. A kernel whose lanes are output columns gives
/// the same bits with every width. Lanes hold whole numbers or the bits of floats; methods named after Single read them as floats.
/// </summary>
/// <typeparam name="TVector">What holds the lanes.</typeparam>
internal unsafe interface IRegister<TVector>
    where TVector : struct
{
    /// <summary>Lanes of 32 bits: a power of two up to 16.</summary>
    static abstract int Lanes { get; }

    static abstract TVector Load(void* source);

    /// <summary>Finite fp16 numbers, as floats.</summary>
    static abstract TVector LoadHalves(void* source);

    /// <summary>One 32-bit word for all lanes.</summary>
    static abstract TVector Broadcast(int word);

    static abstract void Store(TVector value, void* target);

    static abstract TVector And(TVector left, TVector right);

    static abstract TVector ShiftRight(TVector value, int count);

    static abstract TVector ShiftLeft(TVector value, int count);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    /// <summary>Whole numbers to floats, to nearest.</summary>
    static abstract TVector ToSingle(TVector value);

    static abstract TVector MultiplySingle(TVector left, TVector right);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TVector MultiplyAddSingle(TVector left, TVector right, TVector addend);
}
