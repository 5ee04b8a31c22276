using Engine.Inference.Runners;

namespace Engine.Inference.Tests.Runners;

public sealed class ExecutionDeviceTests
{
    [Theory]
    [InlineData("cpu", ExecutionDeviceKind.Cpu, 0, "cpu")]
    [InlineData("cuda", ExecutionDeviceKind.Cuda, 0, "cuda:0")]
    [InlineData("cuda:3", ExecutionDeviceKind.Cuda, 3, "cuda:3")]
    [InlineData("dml:255", ExecutionDeviceKind.DirectML, 255, "dml:255")]
    public void Parse_Device_GivesItAndItsText(string text, ExecutionDeviceKind kind, int index, string written)
    {
        ExecutionDevice device = ExecutionDevice.Parse(text);

        Assert.Equal(new ExecutionDevice(kind, index), device);
        Assert.Equal(written, device.ToString());
        Assert.Equal(device, ExecutionDevice.Parse(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("CUDA")]
    [InlineData("cpu:0")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:256")]
    [InlineData("cuda:1:2")]
    [InlineData("vulkan")]
    public void Parse_NoDevice_SaysWhatOneLooksLike(string text)
    {
        FormatException exception = Assert.Throws<FormatException>(() => ExecutionDevice.Parse(text));

        Assert.Contains($"not \"{text}\"", exception.Message, StringComparison.Ordinal);
        Assert.False(ExecutionDevice.TryParse(text, out ExecutionDevice device));
        Assert.Equal(ExecutionDevice.Cpu, device);
    }

    [Fact]
    public void TryParse_Nothing_IsNoDevice() => Assert.False(ExecutionDevice.TryParse(null, out _));
}
