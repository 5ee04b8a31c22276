using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Onnx.Kernels;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>
/// Operands as floats for kernels that compute in fp32: tensors of fp32 in place, those of fp16 and bf16 through scratch memory.
/// </summary>
internal static unsafe class FloatOperands
{
    /// <summary>Whether a tensor's elements are floats that the kernels can read.</summary>
    public static bool IsFloat(ElementType type) => type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16;

    /// <summary>The elements of a tensor, until the end of the call.</summary>
    /// <exception cref="InvalidModelException">Another type than fp32, fp16 or bf16.</exception>
    public static float* ReadFloats(this OperatorContext context, Tensor tensor)
    {
        if (tensor.ElementType == ElementType.Float32)
        {
            return (float*)tensor.Data;
        }

        float* target = context.ScratchPointer<float>(tensor.ElementCount);
        if (!Widen(tensor, target))
        {
            throw context.UnsupportedType(tensor.ElementType);
        }

        return target;
    }

    /// <summary>As <see cref="ReadFloats"/>, null for an input that is left out.</summary>
    public static float* ReadOptionalFloats(this OperatorContext context, int index) =>
        context.OptionalInput(index) is { } tensor ? context.ReadFloats(tensor) : null;

    /// <summary>Makes an output and gives floats to write; <see cref="FloatOutput.Complete"/> brings them into the output's type.</summary>
    public static FloatOutput AllocateFloats(this OperatorContext context, int index, ElementType type, in Shape shape)
    {
        Tensor tensor = context.AllocateOutput(index, type, shape);
        return new FloatOutput(tensor, type == ElementType.Float32 ? (float*)tensor.Data : context.ScratchPointer<float>(tensor.ElementCount));
    }

    /// <summary>Scratch memory as a pointer: it is native memory and stays where it is.</summary>
    public static T* ScratchPointer<T>(this OperatorContext context, long count)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(context.Scratch<T>(checked((int)Math.Max(1, count)))));

    /// <summary>Widens the elements of a tensor; false for a type that is no float.</summary>
    public static bool Widen(Tensor tensor, float* target)
    {
        int count = checked((int)tensor.ElementCount);
        switch (tensor.ElementType)
        {
            case ElementType.Float32:
                new ReadOnlySpan<float>(tensor.Data, count).CopyTo(new Span<float>(target, count));
                return true;
            case ElementType.Float16:
                FloatConversion.Widen(new ReadOnlySpan<Half>(tensor.Data, count), new Span<float>(target, count));
                return true;
            case ElementType.BFloat16:
                FloatConversion.WidenBFloat16((ushort*)tensor.Data, count, target);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>An output under construction.</summary>
internal readonly unsafe ref struct FloatOutput(Tensor tensor, float* data)
{
    /// <summary>The output.</summary>
    public Tensor Tensor => tensor;

    /// <summary>The floats to write, as many as the output has elements.</summary>
    public float* Data => data;

    /// <summary>Brings what was written into the output's own type.</summary>
    public void Complete()
    {
        int count = checked((int)tensor.ElementCount);
        switch (tensor.ElementType)
        {
            case ElementType.Float16:
                FloatConversion.Narrow(new ReadOnlySpan<float>(data, count), new Span<Half>(tensor.Data, count));
                break;
            case ElementType.BFloat16:
                FloatConversion.NarrowBFloat16(data, count, (ushort*)tensor.Data);
                break;
        }
    }
}
