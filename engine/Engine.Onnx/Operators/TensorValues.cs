using System.Numerics;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Elements of any number type as doubles, for operands that are few.</summary>
internal static class TensorValues
{
    /// <returns>False for a type that is no number.</returns>
    public static bool TryRead(Tensor tensor, Span<double> values)
    {
        switch (tensor.ElementType)
        {
            case ElementType.Float32: Read(tensor.AsReadOnlySpan<float>(), values); return true;
            case ElementType.Float16: Read(tensor.AsReadOnlySpan<Half>(), values); return true;
            case ElementType.Float64: Read(tensor.AsReadOnlySpan<double>(), values); return true;
            case ElementType.Int64: Read(tensor.AsReadOnlySpan<long>(), values); return true;
            case ElementType.Int32: Read(tensor.AsReadOnlySpan<int>(), values); return true;
            case ElementType.Int16: Read(tensor.AsReadOnlySpan<short>(), values); return true;
            case ElementType.Int8: Read(tensor.AsReadOnlySpan<sbyte>(), values); return true;
            case ElementType.UInt64: Read(tensor.AsReadOnlySpan<ulong>(), values); return true;
            case ElementType.UInt32: Read(tensor.AsReadOnlySpan<uint>(), values); return true;
            case ElementType.UInt16: Read(tensor.AsReadOnlySpan<ushort>(), values); return true;
            case ElementType.UInt8: Read(tensor.AsReadOnlySpan<byte>(), values); return true;
            case ElementType.BFloat16:
                ReadOnlySpan<BFloat16> halves = tensor.AsReadOnlySpan<BFloat16>();
                for (int i = 0; i < halves.Length; i++)
                {
                    values[i] = halves[i].ToSingle();
                }

                return true;
            default: return false;
        }
    }

    private static void Read<T>(ReadOnlySpan<T> tensor, Span<double> values)
        where T : INumber<T>
    {
        for (int i = 0; i < tensor.Length; i++)
        {
            values[i] = double.CreateTruncating(tensor[i]);
        }
    }
}
