using System.Globalization;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Operators;

/// <summary>Compares tensors element by element.</summary>
internal static class TensorComparison
{
    /// <returns>The first difference beyond the tolerances; null when there is none.</returns>
    public static string? Difference(Tensor expected, Tensor actual, double relative, double absolute)
    {
        if (expected.ElementType != actual.ElementType || expected.Shape != actual.Shape)
        {
            return $"{actual} where {expected} is expected";
        }

        double floor = expected.ElementType switch
        {
            ElementType.Float16 => Math.Max(relative, 2e-3),
            ElementType.BFloat16 => Math.Max(relative, 1e-2),
            _ => relative,
        };
        double[] wanted = Values(expected);
        double[] found = Values(actual);
        for (int i = 0; i < wanted.Length; i++)
        {
            bool isEqual = wanted[i].Equals(found[i]) || Math.Abs(wanted[i] - found[i]) <= absolute + (floor * Math.Abs(wanted[i]));
            if (!isEqual)
            {
                return string.Create(CultureInfo.InvariantCulture, $"element {i} of {expected} is {found[i]:R} where {wanted[i]:R} is expected");
            }
        }

        return null;
    }

    /// <summary>The elements as doubles; raw bytes for types without arithmetic.</summary>
    public static double[] Values(Tensor tensor) => tensor.ElementType switch
    {
        ElementType.Float32 => [.. tensor.AsReadOnlySpan<float>().ToArray().Select(value => (double)value)],
        ElementType.Float16 => [.. tensor.AsReadOnlySpan<Half>().ToArray().Select(value => (double)value)],
        ElementType.BFloat16 => [.. tensor.AsReadOnlySpan<BFloat16>().ToArray().Select(value => (double)value.ToSingle())],
        ElementType.Float64 => tensor.AsReadOnlySpan<double>().ToArray(),
        ElementType.Int64 => [.. tensor.AsReadOnlySpan<long>().ToArray().Select(value => (double)value)],
        ElementType.Int32 => [.. tensor.AsReadOnlySpan<int>().ToArray().Select(value => (double)value)],
        _ => [.. tensor.AsReadOnlySpan<byte>().ToArray().Select(value => (double)value)],
    };
}

internal static class ElementTypeExtensions
{
    /// <summary>Whether operators take the type: not text, not complex, and no missing type of a sequence.</summary>
    public static bool IsSupported(this ElementType type) => type.BitCount() is >= 8 and <= 64 && type is not (ElementType.Complex64 or >= ElementType.Float8E4M3FN);
}
