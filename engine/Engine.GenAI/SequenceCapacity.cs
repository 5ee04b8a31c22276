using System.Numerics;

namespace Engine.GenAI;

/// <summary>For how many tokens a sequence's keys and values get room: GenAI reserves all of it at once, and cannot add to it later.</summary>
internal static class SequenceCapacity
{
    /// <summary>Room that is cheap enough to be reserved at once, in tokens.</summary>
    private const int Cheap = 4096;

    /// <summary>Tokens that are expected at least of an answer without a limit.</summary>
    private const int Answer = 1024;

    /// <summary>The room: what the sequence may need if that is little; else what it has and about as much again, to be doubled by whoever fills it.</summary>
    /// <param name="needed">Tokens that must fit now.</param>
    /// <param name="length">Tokens the sequence has already; 0 if that is not known.</param>
    /// <param name="maxLength">The most it may come to have; 0 if that is not known.</param>
    /// <param name="contextLength">The most that any may have.</param>
    public static int Of(int needed, int length, int maxLength, int contextLength)
    {
        int most = maxLength > 0 ? Math.Min(maxLength, contextLength) : contextLength;
        int known = Math.Max(needed, length);
        uint room = Math.Max(Cheap, BitOperations.RoundUpToPowerOf2((uint)known + Answer));
        return (int)Math.Max(Math.Min((uint)most, room), (uint)needed);
    }

    /// <summary>Whether what one sequence leaves behind suits the next: large enough, and no waste of memory.</summary>
    public static bool Suits(int capacity, int wanted) => capacity >= wanted && capacity <= Math.Max(Cheap, 2L * wanted);
}
