using System.CommandLine;
using Engine.Cli.Inspection;
using Engine.Cli.Options;

namespace Engine.Cli.Commands;

/// <summary><c>engine inspect</c>: what a model is, what it takes, and what can run it.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string?> model = new("MODEL") { Description = "A model's folder, or a graph (.onnx) [default: the embedded model]", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = new("--json") { Description = "Print JSON" };
        DeviceOptions device = new();
        EngineCommand command = new(
            "inspect",
            "Says what a model is: its graph, operators, inputs and outputs, the memory it takes, and which runner can run it. For that it is loaded.",
            "inspect models/default",
            "inspect path/to/model.onnx",
            "engine inspect path/to/folder --json | python3 -m json.tool")
        {
            model, json,
        };
        device.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            string path = parsed.GetValue(model) ?? DefaultModel.Folder();
            ModelReport report = await context.Terminal.WorkingAsync($"Loading {path}", () => Task.Run(() => ModelInspector.Inspect(path, options => device.Apply(parsed, options))).WaitAsync(context.Interruption.Token));
            if (parsed.GetValue(json))
            {
                ReportJson.Write(report, context.Terminal.Output);
            }
            else
            {
                ReportText.Write(report, context.Terminal.Out);
            }

            return 0;
        });
        return command;
    }
}
