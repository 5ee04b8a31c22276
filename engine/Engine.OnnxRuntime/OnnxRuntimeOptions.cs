using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>How ONNX Runtime runs a model.</summary>
public sealed class OnnxRuntimeOptions
{
    /// <summary>How far ONNX Runtime rewrites the graph before it runs it; everything by default.</summary>
    public GraphOptimizationLevel GraphOptimizationLevel { get; set; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>Entries of ONNX Runtime's session configuration, as in <c>session.intra_op.allow_spinning</c>. None by default.</summary>
    public IDictionary<string, string> SessionConfiguration { get; } = new Dictionary<string, string>();

    /// <summary>Further configures a session, for execution providers say; called last. Tensors stay in the memory of the CPU.</summary>
    public Action<SessionOptions>? ConfigureSession { get; set; }
}
