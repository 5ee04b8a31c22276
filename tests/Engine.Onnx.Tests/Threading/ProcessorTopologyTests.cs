using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Threading;

public sealed class ProcessorTopologyTests
{
    [Fact]
    public void CoreCount_OfThisMachine_IsWithinTheProcessorsOfTheProcess() => Assert.InRange(ProcessorTopology.CoreCount, 1, Environment.ProcessorCount);

    [Fact]
    public void Processors_OfThisMachine_AreEachNamedOnce()
    {
        Assert.NotEmpty(ProcessorTopology.Processors);
        Assert.Equal(ProcessorTopology.Processors.Distinct(), ProcessorTopology.Processors);
    }

    [Fact]
    public void TryPin_OnLinux_LeavesTheThreadOneProcessor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads the kernel's own account of a thread, which only Linux has");
        int processor = ProcessorTopology.Processors[^1];
        string allowed = "";
        // A thread of its own: pinning stays with it, and this one goes back to a pool.
        Thread thread = new(() =>
        {
            Assert.True(ProcessorTopology.TryPin(processor));
            allowed = File.ReadLines("/proc/thread-self/status").Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        });
        thread.Start();
        thread.Join();
        Assert.Equal(processor.ToString(System.Globalization.CultureInfo.InvariantCulture), allowed.Split('\t')[1]);
    }
}
