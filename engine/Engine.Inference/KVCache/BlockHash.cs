using System.Runtime.InteropServices;

namespace Engine.Inference.KVCache;

/// <summary>
/// Names the content of a block: its tokens and all tokens before them. Keyed by a random number of the process, so that nobody can prepare two
/// prompts with one name; 128 bits, so that chance does not either.
/// </summary>
internal readonly record struct BlockHash(ulong High, ulong Low)
{
    private static readonly (ulong First, ulong Second) Key = CreateKey();

    /// <summary>The name of the empty beginning of all prompts of one salt.</summary>
    public static BlockHash Root(string? salt) =>
        new BlockHash(Key.First, Key.Second).AppendBytes(salt is null ? [] : MemoryMarshal.AsBytes(salt.AsSpan()));

    /// <summary>The name of the block that holds these tokens after the block of this name.</summary>
    public BlockHash Append(ReadOnlySpan<int> tokens) => AppendBytes(MemoryMarshal.AsBytes(tokens));

    private BlockHash AppendBytes(ReadOnlySpan<byte> bytes)
    {
        ulong high = High ^ Key.First;
        ulong low = Low ^ Key.Second;
        ulong length = (ulong)bytes.Length;
        while (bytes.Length >= sizeof(ulong))
        {
            Mix(ref high, ref low, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        ulong rest = 0;
        foreach (byte value in bytes)
        {
            rest = (rest << 8) | value;
        }

        Mix(ref high, ref low, rest);
        Mix(ref high, ref low, length);
        Mix(ref high, ref low, Key.First);
        return new BlockHash(high, low);
    }

    // Two lanes of 64 x 64 -> 128 bit multiplications, each folded with its own key, so that neither half is a function of the other.
    private static void Mix(ref ulong high, ref ulong low, ulong word)
    {
        ulong firstHigh = Math.BigMul(word ^ high ^ Key.Second, 0x9E3779B97F4A7C15UL ^ (Key.First | 1), out ulong firstLow);
        ulong secondHigh = Math.BigMul(ulong.RotateLeft(word, 32) ^ low ^ Key.First, 0xD1B54A32D192ED03UL ^ (Key.Second | 1), out ulong secondLow);
        high = ulong.RotateLeft(high, 23) ^ firstHigh ^ secondLow;
        low = ulong.RotateLeft(low, 41) + (firstLow ^ secondHigh);
    }

    private static (ulong First, ulong Second) CreateKey()
    {
        Span<byte> bytes = stackalloc byte[32];
        Guid.NewGuid().TryWriteBytes(bytes);
        Guid.NewGuid().TryWriteBytes(bytes[16..]);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        return (words[0] ^ ulong.RotateLeft(words[3], 17), words[2] ^ ulong.RotateLeft(words[1], 17));
    }
}
