using Engine.Inference.Runners;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.OnnxRuntime;

/// <summary>Memory of the device that a session computes on. Tensors on a part of it are for CUDA and the processor: DirectML's has no addresses to count with.</summary>
internal sealed class DeviceMemory : IDisposable
{
    /// <summary>The most bytes that ONNX Runtime's binding allocates at once.</summary>
    public const long MaxBytes = uint.MaxValue;

    private readonly OrtMemoryInfo _info;

    /// <param name="session">A session on the device.</param>
    /// <param name="device">The device.</param>
    public DeviceMemory(InferenceSession session, ExecutionDevice device)
    {
        string name = device.Kind switch
        {
            ExecutionDeviceKind.Cuda => "Cuda",
            ExecutionDeviceKind.DirectML => "DML",
            _ => "Cpu",
        };
        _info = new OrtMemoryInfo(name, OrtAllocatorType.DeviceAllocator, device.Index, OrtMemType.Default);
        Allocator = new OrtAllocator(session, _info);
    }

    /// <summary>Gives out its memory.</summary>
    public OrtAllocator Allocator { get; }

    /// <summary>Takes memory; what is in it is undefined.</summary>
    public OrtMemoryAllocation Allocate(long bytes) => Allocator.Allocate(checked((uint)bytes));

    /// <summary>A tensor on memory that was taken.</summary>
    /// <param name="allocation">The memory.</param>
    /// <param name="offset">Bytes before its first element.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="byteCount">Its bytes.</param>
    /// <param name="shape">Its shape.</param>
    public OrtValue Tensor(OrtMemoryAllocation allocation, long offset, TensorElementType type, long byteCount, params long[] shape) =>
        OrtValue.CreateTensorValueWithData(_info, type, shape, (nint)(allocation.DangerousGetHandle() + offset), byteCount);

    public void Dispose()
    {
        Allocator.Dispose();
        _info.Dispose();
    }
}
