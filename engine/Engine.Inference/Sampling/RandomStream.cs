namespace Engine.Inference.Sampling;

/// <summary>
/// The random numbers of one sequence, one for each token index, so that nothing but seed and index matters: not the batch, not a preemption.
/// Number <c>i</c> of seed <c>s</c> and choice <c>c</c> is <c>mix(mix(mix(s) + c·B) + (i + 1)·A)</c>, with <c>A</c> and <c>mix</c> the increment
/// and the finalizer of SplitMix64 (Steele, Lea, Flood 2014), <c>B = 0xD1B54A32D192ED03</c>, all modulo 2^64; its upper 53 bits make the fraction.
/// This is part of what a fingerprint promises and never changes.
/// </summary>
internal readonly struct RandomStream(ulong seed, int choiceIndex)
{
    private const ulong IndexIncrement = 0x9E3779B97F4A7C15;
    private const ulong ChoiceIncrement = 0xD1B54A32D192ED03;

    private readonly ulong _key = Mix(Mix(seed) + ((ulong)choiceIndex * ChoiceIncrement));

    /// <summary>The number for a token, from 0 up to but without 1.</summary>
    public double Fraction(int tokenIndex) => (Mix(_key + ((ulong)(tokenIndex + 1) * IndexIncrement)) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
