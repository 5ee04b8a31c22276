using System.CommandLine;
using System.Text.Json;
using Engine.Cli.JsonLines;
using Engine.Cli.Options;
using Engine.Inference;
using Engine.Inference.Runners;

namespace Engine.Cli.Commands;

/// <summary><c>engine logits</c>: what a model computes for token ids, a line each.</summary>
internal static class LogitsCommand
{
    public static Command Create(CommandContext context)
    {
        ModelOptions model = new(context.Terminal.Note);
        EngineCommand command = new(
            "logits",
            """
            Computes logits. Reads JSON Lines on standard input, {"ids":[…]} with any of "all" (the rows of all tokens, not only the last one's), "chunk" (compute at most so many tokens at once) and "generate" (then take the most likely token so many times), and answers each with a line: {"logits":[[…]],"tokens":[…]}.
            """,
            "echo '{\"ids\":[504,3575,282],\"generate\":8}' | engine logits",
            "logits --model path/to/folder --runner onnxruntime < prompts.jsonl");
        model.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            LlmEngineOptions options = model.Read(parsed);
            options.MaxSequences = 1;
            using IModelRunner runner = await ModelLoading.OpenRunnerAsync(context, options);
            RunnerProbe probe = new(runner);
            return await JsonLineLoop.RunAsync(context, (line, answer) => Answer(probe, line, answer));
        });
        return command;
    }

    private static void Answer(RunnerProbe probe, ReadOnlyMemory<byte> line, Utf8JsonWriter answer)
    {
        using LineFields fields = LineFields.Parse(line, "ids", "all", "chunk", "generate");
        int[] ids = fields.Ids("ids") ?? throw new CommandException("\"ids\" is missing.");
        int chunk = fields.Number("chunk", minimum: 1) ?? 0;
        int generate = fields.Number("generate", minimum: 0) ?? 0;
        probe.Begin();
        float[][] rows = probe.Append(ids, fields.Flag("all") ?? false ? ids.Length : 1, chunk);
        int[] tokens = generate == 0 ? [] : probe.Greedy(rows[^1], generate);
        answer.WritePropertyName("logits");
        LogitsText.Write(answer, rows);
        answer.WriteIds("tokens", tokens);
    }
}
