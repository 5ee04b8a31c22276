using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Registers;

/// <summary>What a kernel can be made of. Every kernel gives the same bits with each; they differ in speed alone.</summary>
internal enum InstructionSet
{
    /// <summary>No vectors.</summary>
    Scalar,

    /// <summary>128-bit vectors: AdvSimd of Arm, or SSE.</summary>
    Vector128,

    /// <summary>AdvSimd with dot products of bytes.</summary>
    Dp,

    /// <summary>256-bit vectors on x86.</summary>
    Avx2,

    /// <summary>The same with dot products of bytes.</summary>
    AvxVnni,

    /// <summary>512-bit vectors on x86. Their pairs of byte products outrun the 256-bit dot products where a processor has both.</summary>
    Avx512,
}

internal static class InstructionSets
{
    /// <summary>The fastest that this processor has, chosen once. The variables DOTNET_EnableAVX512, DOTNET_EnableAVXVNNI, DOTNET_EnableAVX2 and DOTNET_EnableHWIntrinsic = 0 take some away.</summary>
    public static readonly InstructionSet Best = Supported()[0];

    /// <summary>Those that this processor has, the fastest first.</summary>
    public static List<InstructionSet> Supported()
    {
        List<InstructionSet> sets = [];
        Add(InstructionSet.Avx512, Vector512.IsHardwareAccelerated && Avx512BW.IsSupported);
        Add(InstructionSet.AvxVnni, AvxVnni.IsSupported);
        Add(InstructionSet.Avx2, Avx2.IsSupported && Fma.IsSupported);
        Add(InstructionSet.Dp, Dp.Arm64.IsSupported);
        Add(InstructionSet.Vector128, Vector128.IsHardwareAccelerated);
        Add(InstructionSet.Scalar, true);
        return sets;

        void Add(InstructionSet set, bool isSupported)
        {
            if (isSupported)
            {
                sets.Add(set);
            }
        }
    }
}
