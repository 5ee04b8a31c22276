using System.CommandLine;
using Engine.Cli.Devices;
using Engine.Cli.Options;

namespace Engine.Cli.Commands;

/// <summary><c>engine devices</c>: what models can run on here, and why not on the rest.</summary>
internal static class DevicesCommand
{
    public static Command Create(CommandContext context)
    {
        Option<bool> json = new("--json") { Description = "Print JSON" };
        Option<string?> nativeFolder = DeviceOptions.NativeFolder();
        EngineCommand command = new(
            "devices",
            "Says what models can run on here: which runner on which device, and why not on the others and what mends it.",
            "devices",
            "devices --native-folder path/to/onnxruntime/lib",
            "engine devices --json | python3 -m json.tool")
        {
            json, nativeFolder,
        };
        command.SetAction(async (parsed, _) =>
        {
            DeviceReport report = await context.Terminal.WorkingAsync("Looking for devices", () => Task.Run(() => DeviceReport.OfMachine(parsed.GetValue(nativeFolder))));
            if (parsed.GetValue(json))
            {
                DeviceReportJson.Write(report, context.Terminal.Output);
            }
            else
            {
                DeviceReportText.Write(report, context.Terminal.Out);
            }

            return 0;
        });
        return command;
    }
}
