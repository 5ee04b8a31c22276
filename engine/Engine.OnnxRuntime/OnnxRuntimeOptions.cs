using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>How ONNX Runtime runs a model.</summary>
public sealed class OnnxRuntimeOptions
{
    /// <summary>How far ONNX Runtime rewrites the graph before it runs it; everything by default.</summary>
    public GraphOptimizationLevel GraphOptimizationLevel { get; set; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>Entries of ONNX Runtime's session configuration, as in <c>session.intra_op.allow_spinning</c>. None by default.</summary>
    public IDictionary<string, string> SessionConfiguration { get; } = new Dictionary<string, string>();

    /// <summary>Further configures a session; called last. Tensors are where <see cref="Engine.Inference.LlmEngineOptions.Device"/> has them.</summary>
    public Action<SessionOptions>? ConfigureSession { get; set; }

    /// <summary>Where tensors are, for tests of devices on the processor; <see langword="null"/>: as the device asks.</summary>
    internal TensorPlace? Place { get; set; }
}
