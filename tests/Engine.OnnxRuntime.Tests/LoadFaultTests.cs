using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;
using Engine.Tests;

namespace Engine.OnnxRuntime.Tests;

public sealed class LoadFaultTests
{
    [Theory]
    [InlineData("cuda:0", "Failed to load library x/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file", "needs libcublasLt.so.13, which was not found: install ")]
    [InlineData("cuda:0", "Failed to load library x with error: libcudnn.so.9: cannot open shared object file", "needs libcudnn.so.9, which was not found: install ")]
    [InlineData("cuda:2", "CUDA failure 100: no CUDA-capable device is detected", "This machine has no adapter for cuda:2")]
    [InlineData("cuda:0", "CUDA failure 2: out of memory", "There is not enough memory on cuda:0")]
    [InlineData("dml:0", "DML execution provider is not supported in this build.", "This build of ONNX Runtime cannot compute on dml:0")]
    [InlineData("dml:0", "887A0005 device removed", "The device dml:0 was lost")]
    [InlineData("cpu", "Load model failed: protobuf parsing failed.", "cannot be run by ONNX Runtime on cpu: Load model failed: protobuf parsing failed; the managed runner may.")]
    public void Of_WhatOnnxRuntimeSays_IsOneSentenceThatMendsIt(string device, string message, string expected)
    {
        ModelDirectory directory = ModelDirectory.Open(Path.Combine(SharedData.Repository, "models/default"));

        InvalidModelException exception = LoadFault.Of(directory, ExecutionDevice.Parse(device), new IOException(message));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void OfLibrary_LoaderFaults_SayWhichPackage()
    {
        Assert.Contains("was not found (no such file); build with the package Microsoft.ML.OnnxRuntime ", LoadFault.OfLibrary(new TypeInitializationException("x", new DllNotFoundException("no such file"))), StringComparison.Ordinal);
        Assert.Contains("is older than its binding", LoadFault.OfLibrary(new EntryPointNotFoundException("OrtGetApi")), StringComparison.Ordinal);
        Assert.Contains("is none for this process", LoadFault.OfLibrary(new BadImageFormatException("wrong ELF class")), StringComparison.Ordinal);
        Assert.Null(LoadFault.OfLibrary(new IOException("disk")));
    }

    [Theory]
    [InlineData("llama3-cuda-int4-prepacked")]
    [InlineData("gptoss64-cuda-int4")]
    public void Create_WeightsInCudasLayout_AreRefusedOnTheProcessor(string folder)
    {
        ModelDirectory directory = ModelDirectory.Open(SharedData.PathOf($"model-zoo/{folder}"));

        InvalidModelException exception = Assert.Throws<InvalidModelException>(
            () => OnnxRuntimeModelRunner.Create(directory, new Inference.LlmEngineOptions { Model = directory.Path, Device = ExecutionDevice.Cpu }));

        Assert.Contains("in CUDA's own layout", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--device cuda", exception.Message, StringComparison.Ordinal);
    }
}
