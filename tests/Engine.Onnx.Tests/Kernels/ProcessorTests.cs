using System.Diagnostics;

namespace Engine.Onnx.Tests.Kernels;

/// <summary>The tests of recorded bits, once more in processes that may not use all of the processor.</summary>
public sealed class ProcessorTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task RecordedBits_WithoutAnInstructionSet_AreTheSame(string variable)
    {
        // The variables are read by the runtime when it starts.
        ProcessStartInfo start = new("dotnet", [typeof(ProcessorTests).Assembly.Location, "--filter-method", "*_OnEveryProcessor_*"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[variable] = "0";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("failed: 0", output);
    }
}
