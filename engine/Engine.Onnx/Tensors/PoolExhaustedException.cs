namespace Engine.Onnx.Tensors;

/// <summary>A <see cref="BufferPool"/> would grow beyond its limit.</summary>
internal sealed class PoolExhaustedException(long limit) : Exception($"more than {limit} bytes of intermediate results.");
