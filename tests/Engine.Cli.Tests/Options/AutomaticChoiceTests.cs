using Engine.Cli.Options;
using Engine.Inference;
using Engine.Inference.Runners;
using Engine.OnnxRuntime.Devices;

namespace Engine.Cli.Tests.Options;

public sealed class AutomaticChoiceTests
{
    private static readonly ExecutionDevice Cuda = new(ExecutionDeviceKind.Cuda, 1);

    [Fact]
    public void Of_NothingSaid_TakesTheChosenDeviceAndItsRunner()
    {
        Assert.Equal(new AutomaticChoice("onnxruntime", Cuda, "It fits."), AutomaticChoice.Of(new LlmEngineOptions(), () => new DeviceChoice(Cuda, "It fits.")));
        Assert.Equal(new AutomaticChoice("managed", ExecutionDevice.Cpu, null), AutomaticChoice.Of(new LlmEngineOptions(), () => new DeviceChoice(ExecutionDevice.Cpu, null)));
    }

    [Theory]
    [InlineData("cpu", "managed")]
    [InlineData("cuda:1", "onnxruntime")]
    [InlineData("dml", "onnxruntime")]
    public void Of_NamedDevice_IsTakenWithoutLooking(string device, string runner)
    {
        LlmEngineOptions options = new() { Device = ExecutionDevice.Parse(device) };

        Assert.Equal(new AutomaticChoice(runner, ExecutionDevice.Parse(device), null), AutomaticChoice.Of(options, Fail));
    }

    [Fact]
    public void Of_WhatOnlyTheManagedRunnerHonours_TakesIt() =>
        Assert.Equal("managed", AutomaticChoice.Of(new LlmEngineOptions { AccuracyLevel = 4 }, Fail).Runner);

    [Fact]
    public void Of_NativeFolder_IsForOnnxRuntime() =>
        Assert.Equal("onnxruntime", AutomaticChoice.Of(new LlmEngineOptions { NativeFolder = "lib" }, () => new DeviceChoice(ExecutionDevice.Cpu, null)).Runner);

    private static DeviceChoice Fail() => throw new InvalidOperationException("Nothing was to be looked for.");
}
