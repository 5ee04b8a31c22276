using Engine.Inference.Runners;

namespace Engine.Inference.Tests.Runners;

public sealed class DeviceFaultTests
{
    [Theory]
    [InlineData("CUDA failure 700: an illegal memory access was encountered ; GPU=0", DeviceFaultKind.DeviceLost)]
    [InlineData("Exception(3) tid(1) 887A0005 The GPU device instance has been suspended.", DeviceFaultKind.DeviceLost)]
    [InlineData("Failed to allocate memory for requested buffer of size 4194304", DeviceFaultKind.OutOfMemory)]
    [InlineData("CUBLAS_STATUS_ALLOC_FAILED", DeviceFaultKind.OutOfMemory)]
    [InlineData("CUDA failure 100: no CUDA-capable device is detected", DeviceFaultKind.NoAdapter)]
    [InlineData("CUDA driver version is insufficient for CUDA runtime version", DeviceFaultKind.NoAdapter)]
    [InlineData("Failed to load library libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file", DeviceFaultKind.ProviderMissing)]
    [InlineData("DML execution provider is not supported in this build.", DeviceFaultKind.ProviderMissing)]
    [InlineData("Non-zero status code returned while running MatMul node.", DeviceFaultKind.Other)]
    public void KindOf_WhatLibrariesSay_IsTold(string message, DeviceFaultKind kind) => Assert.Equal(kind, DeviceFault.KindOf(message));

    [Fact]
    public void OneSentence_LinesWithAFullStop_AreOne() => Assert.Equal("One  two", DeviceFault.OneSentence(" One\r\n two.\n"));
}
