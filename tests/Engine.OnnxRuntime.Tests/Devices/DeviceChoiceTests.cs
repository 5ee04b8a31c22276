using Engine.Inference.Runners;
using Engine.OnnxRuntime.Devices;

namespace Engine.OnnxRuntime.Tests.Devices;

public sealed class DeviceChoiceTests
{
    private const long GiB = 1L << 30;

    [Fact]
    public void Among_SeveralAdapters_TakesTheFirstWithRoom()
    {
        DeviceChoice choice = DeviceChoice.Among([Adapter(0, 4, "It is broken."), Adapter(1, 2), Adapter(2, 24), Adapter(3, 80)], 8 * GiB);

        Assert.Equal(new ExecutionDevice(ExecutionDeviceKind.Cuda, 2), choice.Device);
        Assert.Equal("Computing on cuda:2, Adapter 2: the model's 8.0 GiB fit its 24.0 GiB (--device cpu computes on the processor).", choice.Reason);
    }

    [Fact]
    public void Among_AdaptersWithoutRoom_TakesTheProcessorAndSaysWhy()
    {
        DeviceChoice choice = DeviceChoice.Among([Adapter(0, 8)], 8 * GiB);

        Assert.Equal(ExecutionDevice.Cpu, choice.Device);
        Assert.Contains("has 8.0 GiB, too little for the model's 8.0 GiB (--device cuda:0 tries it)", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Among_AdapterThatCannotBeUsed_SaysWhatMendsIt()
    {
        DeviceChoice choice = DeviceChoice.Among([Adapter(0, 80, "Install the driver.")], GiB);

        Assert.Equal(ExecutionDevice.Cpu, choice.Device);
        Assert.Equal("Computing on the processor, though there is cuda:0, Adapter 0. Install the driver.", choice.Reason);
    }

    [Fact]
    public void Among_NoAdapters_HasNothingToSay() => Assert.Equal(new DeviceChoice(ExecutionDevice.Cpu, null), DeviceChoice.Among([], GiB));

    [Fact]
    public void FoundOf_NoAdapters_IsOneDeviceThatSaysAllThatIsMissing()
    {
        AdapterList none = new([], null, "There is no driver.");

        Assert.Equal(
            new FoundDevice(new ExecutionDevice(ExecutionDeviceKind.Cuda), null, null, "There is no driver. No provider."),
            Assert.Single(DeviceSearch.FoundOf(ExecutionDeviceKind.Cuda, none, "No provider.")));
        Assert.Equal("There is no driver.", Assert.Single(DeviceSearch.FoundOf(ExecutionDeviceKind.Cuda, none, whyNoProvider: null)).WhyNot);
    }

    [Fact]
    public void FoundOf_AdaptersWithoutProvider_AreNamedButNotUsable()
    {
        AdapterList adapters = new([new Adapter(0, "A", GiB), new Adapter(1, "B", GiB)], "driver", null);

        Assert.Equal(["A", "B"], DeviceSearch.FoundOf(ExecutionDeviceKind.Cuda, adapters, "No provider.").Select(found => found.Name));
        Assert.All(DeviceSearch.FoundOf(ExecutionDeviceKind.Cuda, adapters, "No provider."), found => Assert.False(found.IsUsable));
        Assert.All(DeviceSearch.FoundOf(ExecutionDeviceKind.Cuda, adapters, null), found => Assert.True(found.IsUsable));
    }

    private static FoundDevice Adapter(int index, long gibibytes, string? whyNot = null) =>
        new(new ExecutionDevice(ExecutionDeviceKind.Cuda, index), $"Adapter {index}", gibibytes * GiB, whyNot);
}
