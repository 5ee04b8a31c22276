using System.Runtime.Intrinsics;
using Engine.Onnx.Kernels.Registers;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>The integer kernels made of one instruction set.</summary>
internal abstract class Int8Kernel
{
    /// <summary>Those of <see cref="InstructionSets.Best"/>.</summary>
    public static readonly Int8Kernel Best = Of(InstructionSets.Best);

    public static Int8Kernel Of(InstructionSet set) => set switch
    {
        InstructionSet.Avx512 => new Int8Kernel<Register512, Avx512Dot, Vector512<int>>(),
        InstructionSet.AvxVnni => Paired<Register256, AvxVnniDot, Vector256<int>>(),
        InstructionSet.Avx2 => Paired<Register256, Avx2Dot, Vector256<int>>(),
        InstructionSet.Dp => Paired<Register128, DpDot, Vector128<int>>(),
        InstructionSet.Vector128 => Paired<Register128, Vector128Dot, Vector128<int>>(),
        _ => Paired<Register32, ScalarDot, int>(),
    };

    /// <summary>Narrow registers work in pairs: one broadcast of activations, which is a load, then serves two products.</summary>
    private static Int8Kernel<PairRegister<TRegister, TVector>, PairDot<TDot, TVector>, Pair<TVector>> Paired<TRegister, TDot, TVector>()
        where TRegister : struct, IRegister<TVector>
        where TDot : struct, IByteDot<TVector>
        where TVector : struct => new();

    public abstract void Run(WorkerPool pool, in QuantizedMatMul.Call call);
}

internal sealed class Int8Kernel<TRegister, TDot, TVector> : Int8Kernel
    where TRegister : struct, IRegister<TVector>
    where TDot : struct, IByteDot<TVector>
    where TVector : struct
{
    public override void Run(WorkerPool pool, in QuantizedMatMul.Call call)
    {
        switch (call.Products[0].Weights.Bits)
        {
            case 2:
                QuantizedMatMul.Run<Int8TileSet<TRegister, TDot, TVector, TwoBits>>(pool, call);
                break;
            case 4:
                QuantizedMatMul.Run<Int8TileSet<TRegister, TDot, TVector, FourBits>>(pool, call);
                break;
            default:
                QuantizedMatMul.Run<Int8TileSet<TRegister, TDot, TVector, EightBits>>(pool, call);
                break;
        }
    }
}
