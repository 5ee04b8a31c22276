using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.DirectML;

/// <summary>Constants that a rewriting makes: worked out in single precision, held as wide as the graph computes.</summary>
internal static class ConstantTensors
{
    /// <summary>A tensor of halves or singles.</summary>
    public static Tensor Create(ElementType type, ReadOnlySpan<float> values, Shape shape)
    {
        if (type != ElementType.Float16)
        {
            return Tensor.Create(values, shape);
        }

        Half[] halves = new Half[values.Length];
        System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(values, halves);
        return Tensor.Create<Half>(halves, shape);
    }

    /// <summary>One number.</summary>
    public static Tensor Scalar(ElementType type, float value) => Create(type, [value], Shape.Scalar);

    /// <summary>The values of a tensor of halves or singles; null for another type.</summary>
    public static float[]? Read(Tensor tensor)
    {
        switch (tensor.ElementType)
        {
            case ElementType.Float32:
                return tensor.AsReadOnlySpan<float>().ToArray();
            case ElementType.Float16:
                float[] values = new float[tensor.ElementCount];
                System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(tensor.AsReadOnlySpan<Half>(), values);
                return values;
            default:
                return null;
        }
    }
}
