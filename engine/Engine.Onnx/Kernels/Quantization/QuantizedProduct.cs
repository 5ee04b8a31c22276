namespace Engine.Onnx.Kernels.Quantization;

/// <summary>A weight that activations are multiplied by, and where the result goes.</summary>
/// <param name="weights">N rows of K columns.</param>
/// <param name="bias">N values, or null.</param>
/// <param name="result">Receives <c>[rows, N]</c>.</param>
internal readonly unsafe struct QuantizedProduct(BlockQuantizedMatrix weights, float* bias, float* result)
{
    public readonly BlockQuantizedMatrix Weights = weights;
    public readonly float* Bias = bias;
    public readonly float* Result = result;
}
