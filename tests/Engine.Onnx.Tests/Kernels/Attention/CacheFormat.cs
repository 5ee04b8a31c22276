namespace Engine.Onnx.Tests.Kernels.Attention;

/// <summary>What a test's cache keeps.</summary>
public enum CacheFormat
{
    Single,
    Half,
    Int8,
}
