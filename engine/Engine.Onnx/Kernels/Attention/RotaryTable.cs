namespace Engine.Onnx.Kernels.Attention;

/// <summary>Cosines and sines of rotary position embedding, a row for every position.</summary>
internal readonly unsafe struct RotaryTable
{
    /// <summary><c>[Positions, RotaryDimension / 2]</c>; null where nothing is rotated.</summary>
    public float* Cosines { get; init; }

    public float* Sines { get; init; }

    public int Positions { get; init; }

    /// <summary>Elements of a head that are turned.</summary>
    public int RotaryDimension { get; init; }

    public bool Interleaved { get; init; }

    public bool IsEmpty => Cosines is null;

    /// <summary>Turns one head's vector to a position.</summary>
    public void Apply(float* x, int position, int headSize, float* y)
    {
        long row = (long)position * (RotaryDimension / 2);
        Rotary.Run(x, Cosines + row, Sines + row, headSize, RotaryDimension, Interleaved, y);
    }
}
