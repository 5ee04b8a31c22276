using System.Numerics;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>How an update meets the element that it goes to.</summary>
internal enum ScatterReduction
{
    None,
    Add,
    Mul,
    Max,
    Min,
}

/// <summary>Writes of updates under a <see cref="ScatterReduction"/>.</summary>
internal static class ScatterUpdate
{
    /// <summary>The reduction of an attribute.</summary>
    /// <exception cref="InvalidModelException">None of that name.</exception>
    public static ScatterReduction Parse(string name) => name switch
    {
        "none" => ScatterReduction.None,
        "add" => ScatterReduction.Add,
        "mul" => ScatterReduction.Mul,
        "max" => ScatterReduction.Max,
        "min" => ScatterReduction.Min,
        _ => throw new InvalidModelException($"attribute 'reduction' is '{name}', which is not supported."),
    };

    /// <summary>Brings updates into a tensor from an element on.</summary>
    /// <returns>False for a type without arithmetic.</returns>
    public static bool TryApply(Tensor target, long place, Tensor updates, long from, int count, ScatterReduction reduction)
    {
        if (reduction == ScatterReduction.None)
        {
            int size = target.ElementType.BitCount() / 8;
            updates.Slice<byte>(from * size, count * size).CopyTo(target.WritableSlice<byte>(place * size, count * size));
            return true;
        }

        switch (target.ElementType)
        {
            case ElementType.Float32: Apply(target.WritableSlice<float>(place, count), updates.Slice<float>(from, count), reduction); break;
            case ElementType.Float16: Apply(target.WritableSlice<Half>(place, count), updates.Slice<Half>(from, count), reduction); break;
            case ElementType.Float64: Apply(target.WritableSlice<double>(place, count), updates.Slice<double>(from, count), reduction); break;
            case ElementType.Int64: Apply(target.WritableSlice<long>(place, count), updates.Slice<long>(from, count), reduction); break;
            case ElementType.Int32: Apply(target.WritableSlice<int>(place, count), updates.Slice<int>(from, count), reduction); break;
            default: return false;
        }

        return true;
    }

    private static void Apply<T>(Span<T> target, ReadOnlySpan<T> updates, ScatterReduction reduction)
        where T : INumber<T>
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = reduction switch
            {
                ScatterReduction.Add => target[i] + updates[i],
                ScatterReduction.Mul => target[i] * updates[i],
                ScatterReduction.Max => T.Max(target[i], updates[i]),
                _ => T.Min(target[i], updates[i]),
            };
        }
    }
}
