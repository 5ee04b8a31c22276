#pragma warning disable CA1720 // The names of the field, as in ElementType.
namespace Engine.Inference;

/// <summary>How a runner keeps keys and values, which decides how many tokens its memory holds and how fast a long context is read.</summary>
public enum KVCacheType
{
    /// <summary>16-bit floats: half the memory of <see cref="Float32"/>. Attention's results move by some ten thousandths.</summary>
    Float16,

    /// <summary>32-bit floats: as they were computed.</summary>
    Float32,

    /// <summary>8-bit integers and one scale for each token and head: about a quarter of <see cref="Float32"/>. Attention's results move by about a hundredth.</summary>
    Int8,
}
