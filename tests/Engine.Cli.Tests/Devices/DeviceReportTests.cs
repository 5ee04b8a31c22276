using System.Text;
using System.Text.Json.Nodes;
using Engine.Cli.Devices;
using Engine.Inference.Runners;

namespace Engine.Cli.Tests.Devices;

public sealed class DeviceReportTests
{
    private static readonly FoundDevice Processor = new(ExecutionDevice.Cpu, "x64, 8 processors", 32L << 30, null);
    private static readonly FoundDevice Native = new(ExecutionDevice.Cpu, null, null, null);
    private static readonly FoundDevice NoDirectML = new(new ExecutionDevice(ExecutionDeviceKind.DirectML), null, null, "DirectML exists on Windows alone.");

    [Fact]
    public void Write_AdapterThatCanBeUsed_IsTheDefault()
    {
        FoundDevice adapter = new(new ExecutionDevice(ExecutionDeviceKind.Cuda, 0), "NVIDIA H100", 80L << 30, null);

        string text = TextOf(DeviceReport.Of([Native, adapter, NoDirectML], null, ["NVIDIA's driver for CUDA up to 13.0"], Processor));

        Assert.Equal(
            """
            managed      cpu      yes  x64, 8 processors, 32.0 GiB
            onnxruntime  cpu      yes
            onnxruntime  cuda:0   yes  NVIDIA H100, 80.0 GiB
            onnxruntime  dml:0    no   DirectML exists on Windows alone.
            genai        cpu      yes

            Driver   NVIDIA's driver for CUDA up to 13.0
            Default  --runner onnxruntime --device cuda:0, for models that fit its memory

            """.ReplaceLineEndings("\n"),
            text);
    }

    [Fact]
    public void Write_AdapterThatCannotBeUsed_SaysWhyAndWhatMendsIt()
    {
        FoundDevice adapter = new(new ExecutionDevice(ExecutionDeviceKind.Cuda, 0), "NVIDIA H100", 80L << 30, "It needs libcudart.so.13.");

        string text = TextOf(DeviceReport.Of([Native, adapter], null, [], Processor));

        Assert.Contains("onnxruntime  cuda:0   no   NVIDIA H100, 80.0 GiB. It needs libcudart.so.13.\n", text, StringComparison.Ordinal);
        Assert.EndsWith("Default  --runner managed --device cpu\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Json_HoldsTheSame()
    {
        using MemoryStream output = new();

        DeviceReportJson.Write(DeviceReport.Of([Native, NoDirectML], "It is not there.", [], Processor), output);

        JsonNode json = JsonNode.Parse(Encoding.UTF8.GetString(output.ToArray()))!;
        Assert.Equal(["managed", "onnxruntime", "onnxruntime", "genai"], json["devices"]!.AsArray().Select(device => (string?)device!["runner"]));
        Assert.Equal([true, true, false, false], json["devices"]!.AsArray().Select(device => (bool)device!["usable"]!));
        Assert.Equal("DirectML exists on Windows alone.", (string?)json["devices"]![2]!["why_not"]);
        Assert.Equal(32L << 30, (long)json["devices"]![0]!["memory_bytes"]!);
        Assert.Equal("managed", (string?)json["default"]!["runner"]);
    }

    [Fact]
    public async Task Run_ThisMachine_ListsTheProcessorAndNeverFails()
    {
        CommandRun run = await CommandRun.OfAsync("devices");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("managed      cpu      yes", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nonnxruntime  cpu      yes\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nDefault  --runner ", run.Output, StringComparison.Ordinal);
    }

    private static string TextOf(DeviceReport report)
    {
        using StringWriter text = new() { NewLine = "\n" };
        DeviceReportText.Write(report, text);
        return text.ToString();
    }
}
