using System.Numerics;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Numbers from a start to before a limit in equal steps.</summary>
internal sealed class Range : Operator
{
    public override void Run(OperatorContext context)
    {
        ElementType type = context.Input(0).ElementType;
        switch (type)
        {
            case ElementType.Int64: Run<long>(context, type); break;
            case ElementType.Int32: Run<int>(context, type); break;
            case ElementType.Int16: Run<short>(context, type); break;
            case ElementType.Float32: Run<float>(context, type); break;
            case ElementType.Float64: Run<double>(context, type); break;
            case ElementType.Float16 or ElementType.BFloat16: RunAsDouble(context, type); break;
            default: throw context.UnsupportedType(type);
        }
    }

    private static void Run<T>(OperatorContext context, ElementType type)
        where T : unmanaged, INumber<T>
    {
        T start = Single<T>(context, 0, type);
        T step = Single<T>(context, 2, type);
        double count = Math.Ceiling((double.CreateTruncating(Single<T>(context, 1, type)) - double.CreateTruncating(start)) / double.CreateTruncating(step));
        if (!double.IsFinite(count) || count > int.MaxValue)
        {
            throw context.Error("the range has no end, or more elements than a tensor takes.");
        }

        Span<T> y = context.AllocateOutput(0, type, new Shape(Math.Max(0, (int)count))).AsSpan<T>();
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = start + (T.CreateTruncating(i) * step);
        }
    }

    private static void RunAsDouble(OperatorContext context, ElementType type)
    {
        Span<double> ends = stackalloc double[3];
        for (int i = 0; i < 3; i++)
        {
            Tensor input = context.Input(i, type);
            _ = input.ElementCount == 1 ? TensorValues.TryRead(input, ends[i..]) : throw context.Error($"input {i} is not one value.");
        }

        double count = Math.Ceiling((ends[1] - ends[0]) / ends[2]);
        Tensor y = context.AllocateOutput(0, type, new Shape(double.IsFinite(count) && count < int.MaxValue ? Math.Max(0, (int)count) : throw context.Error("the range has no end.")));
        using Tensor wide = Tensor.Allocate(ElementType.Float32, y.Shape);
        Span<float> values = wide.AsSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(ends[0] + (i * ends[2]));
        }

        ElementConversion.TryConvert(wide, y);
    }

    private static T Single<T>(OperatorContext context, int input, ElementType type)
        where T : unmanaged => context.Input(input, type) is { ElementCount: 1 } tensor ? tensor.AsReadOnlySpan<T>()[0] : throw context.Error($"input {input} is not one value.");
}
