using Engine.Onnx.Kernels;
using Engine.Onnx.Operators.Contrib;

namespace Engine.Onnx.Operators;

/// <summary>Operators of the domain com.microsoft, our own fused ones, and the matrix products.</summary>
internal sealed partial class OperatorRegistry
{
    /// <summary>ONNX Runtime's operators.</summary>
    private const string Microsoft = "com.microsoft";

    /// <summary>Our own, which graph passes and runners put into graphs; no model file may hold them.</summary>
    private const string Own = "engine";

    private void AddLanguageModel()
    {
        // The builder of ONNX Runtime GenAI writes SimplifiedLayerNormalization into ONNX's own domain, where ONNX has none.
        Add("SimplifiedLayerNormalization", 1, node => new SimplifiedLayerNormalization(node));
        Add("RMSNormalization", 23, node => new SimplifiedLayerNormalization(node));
        Add("LayerNormalization", 1, node => new LayerNormalization(node));
        Add(Microsoft, "SimplifiedLayerNormalization", 1, node => new SimplifiedLayerNormalization(node));
        Add(Microsoft, "SkipSimplifiedLayerNormalization", 1, node => new SkipNormalization(node, simplified: true));
        Add(Microsoft, "SkipLayerNormalization", 1, node => new SkipNormalization(node, simplified: false));
        Add(Microsoft, "MatMulNBits", 1, node => new MatMulNBits(node));
        Add(Own, "SharedMatMulNBits", 1, node => new SharedMatMulNBits(node));
        Add(Microsoft, "GatherBlockQuantized", 1, node => new GatherBlockQuantized(node));
        Add(Microsoft, "GroupQueryAttention", 1, node => new GroupQueryAttention(node));
        Add(Microsoft, "RotaryEmbedding", 1, node => new RotaryEmbedding(node, contrib: true));
        Add("RotaryEmbedding", 23, node => new RotaryEmbedding(node, contrib: false));
        Add("MatMul", 1, _ => new MatMul());
        Add("Gemm", 1, node => new Gemm(node));
        Add("Softmax", 1, node => new Softmax(node));
        Add(Microsoft, "QMoE", 1, node => new QMoE(node));
        AddActivations();
        Add(Own, "PagedAttention", 1, node => new PagedAttention(node));
    }

    private unsafe void AddActivations()
    {
        Add("Gelu", 20, node => node.Attributes.String("approximate", "none") switch
        {
            "none" => new FloatFunction(&Elementwise.Gelu),
            "tanh" => new FloatFunction(&Elementwise.GeluTanh),
            string other => throw new InvalidModelException($"approximate '{other}' is not supported."),
        });
        Add(Microsoft, "Gelu", 1, _ => new FloatFunction(&Elementwise.Gelu));
        Add(Microsoft, "QuickGelu", 1, node => node.Attributes.Float("alpha", 1.702f) switch
        {
            1.702f => new FloatFunction(&FloatFunction.QuickGelu),
            1 => new FloatFunction(&FloatFunction.Silu),
            float other => throw new InvalidModelException($"alpha {other} is not supported."),
        });
    }
}
