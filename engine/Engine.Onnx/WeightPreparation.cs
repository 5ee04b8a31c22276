namespace Engine.Onnx;

/// <summary>What becomes of quantized weights when a session is made. Results are the same, bit for bit.</summary>
public enum WeightPreparation
{
    /// <summary><see cref="Cached"/> for a model from files with at least 128 MiB of quantized weights, <see cref="Packed"/> for others.</summary>
    Auto,

    /// <summary>Repacked for the kernels, in memory.</summary>
    Packed,

    /// <summary>
    /// Repacked, and kept in a file of the user's cache folder: the next session maps that file instead, which is faster and shares the memory with other
    /// processes. A file that is missing, damaged or out of date is replaced in the background; a folder that cannot be written costs nothing but the gain.
    /// </summary>
    Cached,

    /// <summary>
    /// Read where the model's files have them: nothing is copied but scales, and each pass over the weights rearranges them on its way. For short runs and
    /// for little memory; a single sequence is decoded more slowly, prompts hardly.
    /// </summary>
    InPlace,
}
