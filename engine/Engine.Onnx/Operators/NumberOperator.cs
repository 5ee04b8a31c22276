using System.Numerics;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = f(x) for tensors of any number type, where the function is exact.</summary>
internal sealed class NumberOperator<TFunction> : Operator
    where TFunction : struct, INumberFunction
{
    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.AllocateOutput(0, x.ElementType, x.Shape);
        switch (x.ElementType)
        {
            case ElementType.Float32: Compute<float>(x, y); break;
            case ElementType.Float16: Compute<Half>(x, y); break;
            case ElementType.BFloat16: ComputeBFloat16(x.AsReadOnlySpan<BFloat16>(), y.AsSpan<BFloat16>()); break;
            case ElementType.Float64: Compute<double>(x, y); break;
            case ElementType.Int64: Compute<long>(x, y); break;
            case ElementType.Int32: Compute<int>(x, y); break;
            case ElementType.Int16: Compute<short>(x, y); break;
            case ElementType.Int8: Compute<sbyte>(x, y); break;
            case ElementType.UInt64: Compute<ulong>(x, y); break;
            case ElementType.UInt32: Compute<uint>(x, y); break;
            case ElementType.UInt16: Compute<ushort>(x, y); break;
            case ElementType.UInt8: Compute<byte>(x, y); break;
            default: throw context.UnsupportedType(x.ElementType);
        }
    }

    private static void Compute<T>(Tensor x, Tensor y)
        where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> source = x.AsReadOnlySpan<T>();
        Span<T> target = y.AsSpan<T>();
        for (int i = 0; i < source.Length; i++)
        {
            target[i] = TFunction.Of(source[i]);
        }
    }

    private static void ComputeBFloat16(ReadOnlySpan<BFloat16> x, Span<BFloat16> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = BFloat16.FromSingle(TFunction.Of(x[i].ToSingle()));
        }
    }
}
