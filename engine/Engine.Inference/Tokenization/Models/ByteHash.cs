using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Engine.Inference.Tokenization.Models;

/// <summary>A fast hash of short byte strings with a secret per process, so that a hostile vocabulary cannot be made to collide.</summary>
internal static class ByteHash
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private static readonly ulong Secret = (ulong)Random.Shared.NextInt64() | 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = Secret ^ (ulong)bytes.Length * Multiplier;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        ulong tail = 0;
        if (bytes.Length >= 4)
        {
            tail = BinaryPrimitives.ReadUInt32LittleEndian(bytes) | (ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) << 32;
        }
        else
        {
            foreach (byte value in bytes)
            {
                tail = tail << 8 | value;
            }
        }

        return (uint)(Mix(hash ^ tail) >> 32);
    }

    public static uint Of(ulong key) => (uint)(Mix(key ^ Secret) >> 32);

    private static ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value, Multiplier ^ Secret << 1, out ulong low);
        return high ^ low;
    }
}
