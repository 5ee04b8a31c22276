using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>What stands between the two layers of an expert.</summary>
internal sealed unsafe class ExpertActivation
{
    private readonly string _type;
    private readonly float _alpha;
    private readonly float _beta;
    private readonly float _limit;
    private readonly int _fusion;

    public ExpertActivation(NodeAttributes attributes)
    {
        _type = attributes.String("activation_type", "relu");
        _alpha = attributes.Float("activation_alpha", 1);
        _beta = attributes.Float("activation_beta", 0);
        _limit = attributes.Float("swiglu_limit", float.PositiveInfinity);
        _fusion = attributes.Int32("swiglu_fusion", 0);
        if (_type is not ("relu" or "gelu" or "silu" or "swiglu" or "identity"))
        {
            throw new InvalidModelException($"activation_type '{_type}' is not supported.");
        }
    }

    /// <summary>
    /// Applies the activation to <c>[rows, width]</c>, giving <c>[rows, inner]</c>. SwiGLU has gate and factor side by side (interleaved or one
    /// half after the other) or the factor in <paramref name="third"/>; the others multiply by that where it is there.
    /// </summary>
    /// <returns>False when the widths do not fit.</returns>
    public bool Run(float* up, float* third, int rows, int width, int inner, float* result)
    {
        bool fused = _type == "swiglu" && _fusion != 0;
        if (width != (fused ? 2 * inner : inner) || (_type == "swiglu" && !fused && third is null))
        {
            return false;
        }

        long count = (long)rows * inner;
        if (_type == "swiglu")
        {
            for (int row = 0; row < rows; row++)
            {
                GatedLinear(up + (long)row * width, third is null ? null : third + (long)row * width, inner, result + (long)row * inner);
            }

            return true;
        }

        switch (_type)
        {
            case "gelu":
                Elementwise.Gelu(up, count, result);
                break;
            case "silu":
                Elementwise.Swish(up, 1, count, result);
                break;
            default:
                for (long i = 0; i < count; i++)
                {
                    result[i] = _type == "relu" ? Math.Max(up[i], 0) : up[i];
                }

                break;
        }

        for (long i = 0; third is not null && i < count; i++)
        {
            result[i] *= third[i];
        }

        return true;
    }

    /// <summary>gate * sigmoid(alpha * gate) * (factor + beta), gate and factor limited.</summary>
    private void GatedLinear(float* up, float* third, int inner, float* result)
    {
        for (int i = 0; i < inner; i++)
        {
            result[i] = Math.Min(_fusion == 1 ? up[2 * i] : up[i], _limit);
        }

        Elementwise.Swish(result, _alpha, inner, result);
        for (int i = 0; i < inner; i++)
        {
            float factor = _fusion switch { 0 => third[i], 1 => up[2 * i + 1], _ => up[inner + i] };
            result[i] *= Math.Clamp(factor, -_limit, _limit) + _beta;
        }
    }
}
