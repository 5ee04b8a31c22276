using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Weights;

/// <summary>A checksum as fast as memory, for damage, not for malice: the same on every processor.</summary>
internal static unsafe class Checksum
{
    private const int Step = 4 * 32;

    /// <summary>The checksum of some bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Of(byte* data, long length)
    {
        Vector256<uint> a = Vector256.Create(1u), b = Vector256.Create(2u), c = Vector256.Create(3u), d = Vector256.Create(4u);
        byte* end = data + length / Step * Step;
        for (; data < end; data += Step)
        {
            a = Mix(a, Vector256.Load((uint*)data));
            b = Mix(b, Vector256.Load((uint*)(data + 32)));
            c = Mix(c, Vector256.Load((uint*)(data + 64)));
            d = Mix(d, Vector256.Load((uint*)(data + 96)));
        }

        uint* rest = stackalloc uint[Step / sizeof(uint)];
        new Span<uint>(rest, Step / sizeof(uint)).Clear();
        new ReadOnlySpan<byte>(data, (int)(length % Step)).CopyTo(new Span<byte>(rest, Step));
        a = Mix(Mix(a, Vector256.Load(rest)), b);
        c = Mix(Mix(c, Vector256.Load(rest + 8)), d);
        a = Mix(Mix(a, Vector256.Load(rest + 16)), c);
        a = Mix(a, Vector256.Load(rest + 24));
        ulong sum = (ulong)length;
        for (int i = 0; i < Vector256<uint>.Count; i++)
        {
            sum = (ulong.RotateLeft(sum, 23) ^ a.GetElement(i)) * 0x9E3779B97F4A7C15;
        }

        return sum ^ (sum >> 32);
    }

    /// <summary>Invertible in both, so that no single change goes unnoticed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Mix(Vector256<uint> state, Vector256<uint> words)
    {
        Vector256<uint> mixed = state ^ words;
        return ((mixed << 13) | (mixed >>> 19)) * Vector256.Create(0x9E3779B1u);
    }
}
