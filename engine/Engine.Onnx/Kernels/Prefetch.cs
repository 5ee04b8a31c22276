using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels;

/// <summary>Asks for memory before it is needed. The processor's own prefetching ends with a page, and with a run that is not long.</summary>
internal static unsafe class Prefetch
{
    private const int LineBytes = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(byte* address, int bytes)
    {
        if (Sse.IsSupported)
        {
            for (int offset = 0; offset < bytes; offset += LineBytes)
            {
                Sse.Prefetch0(address + offset);
            }
        }
    }
}
