using System.Runtime.InteropServices;

namespace Engine.Onnx.Tests.Kernels;

/// <summary>A number that stands for the bits of many floats (FNV-1a).</summary>
internal static class Fingerprint
{
    public static uint Of(ReadOnlySpan<float> values)
    {
        uint hash = 2166136261;
        foreach (byte value in MemoryMarshal.AsBytes(values))
        {
            hash = (hash ^ value) * 16777619;
        }

        return hash;
    }
}
