namespace Engine.Cli.Tests.Options;

public sealed class DeviceOptionsTests
{
    [Theory]
    [InlineData("--device is auto, cpu, cuda or dml, the last two also with an index as in cuda:1, not \"gpu\".", "--device", "gpu")]
    [InlineData("--provider-option is a name and a value, as in gpu_mem_limit=8589934592, not \"fast\".", "--provider-option", "fast")]
    [InlineData("--provider-option says twice what \"a\" is.", "--provider-option", "a=1", "--provider-option", "a=2")]
    public async Task Parse_WrongValue_IsAUsageErrorThatSaysWhatGoes(string expected, params string[] arguments)
    {
        foreach (string command in (string[])["run", "serve", "bench", "logits", "inspect"])
        {
            CommandRun run = await CommandRun.OfAsync([command, .. arguments]);

            Assert.Equal(2, run.ExitCode);
            Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("managed", "The managed runner computes on the CPU, not on cuda:1", "--device", "cuda:1")]
    [InlineData("managed", "leave ProviderOptions (--provider-option) out", "--provider-option", "a=1")]
    [InlineData("managed", "leave NativeFolder (--native-folder) out", "--native-folder", ".")]
    [InlineData("onnxruntime", "cannot compute on cuda:1: it has no CUDAExecutionProvider", "--device", "cuda:1")]
    [InlineData("onnxruntime", "cannot compute on dml:0: it has no DmlExecutionProvider", "--device", "dml")]
    [InlineData("onnxruntime", "The CPU has no ProviderOptions", "--provider-option", "a=1", "--device", "cpu")]
    public async Task Run_DeviceThatTheRunnerLacks_IsAnErrorAndNeverTheCpu(string runner, string expected, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(["run", "Hello", "--runner", runner, .. arguments]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(expected, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }
}
