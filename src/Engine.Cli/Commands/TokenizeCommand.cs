using System.CommandLine;
using System.Text.Json;
using Engine.Cli.JsonLines;
using Engine.Inference.Tokenization;

namespace Engine.Cli.Commands;

/// <summary><c>engine tokenize</c>: texts to ids and ids to texts, a line each.</summary>
internal static class TokenizeCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string?> model = new("--model", "-m")
        {
            HelpName = "PATH",
            Description = "A model's folder, a folder with tokenizer files only, or a tokenizer.json [default: the embedded model]",
        };
        EngineCommand command = new(
            "tokenize",
            "Turns texts into token ids and ids into texts. Reads JSON Lines on standard input, {\"text\":…,\"add_special_tokens\":true} or {\"ids\":[…],\"skip_special_tokens\":true}, and answers each with a line: {\"ids\":[…]} or {\"text\":…,\"deltas\":[…]}.",
            "echo '{\"text\":\"Hello, world\"}' | engine tokenize",
            "echo '{\"ids\":[19556,28,905]}' | engine tokenize --model models/default",
            "engine tokenize --model path/to/tokenizer.json < texts.jsonl > ids.jsonl")
        {
            model,
        };
        command.SetAction(async (parsed, _) =>
        {
            Tokenizer tokenizer = Tokenizer.Load(parsed.GetValue(model) ?? DefaultModel.Folder());
            return await JsonLineLoop.RunAsync(context, (line, answer) => Answer(tokenizer, line, answer));
        });
        return command;
    }

    private static void Answer(Tokenizer tokenizer, ReadOnlyMemory<byte> line, Utf8JsonWriter answer)
    {
        using LineFields fields = LineFields.Parse(line, "text", "add_special_tokens", "ids", "skip_special_tokens");
        string? text = fields.Text("text");
        int[]? ids = fields.Ids("ids");
        bool? addSpecialTokens = fields.Flag("add_special_tokens");
        bool? skipSpecialTokens = fields.Flag("skip_special_tokens");
        if (text is null == ids is null)
        {
            throw new CommandException("A line has either \"text\" or \"ids\".");
        }

        if (text is not null)
        {
            if (skipSpecialTokens is not null)
            {
                throw new CommandException("\"skip_special_tokens\" goes with \"ids\"; with \"text\" it is \"add_special_tokens\".");
            }

            answer.WriteIds("ids", tokenizer.Encode(text, addSpecialTokens ?? true));
            return;
        }

        if (addSpecialTokens is not null)
        {
            throw new CommandException("\"add_special_tokens\" goes with \"text\"; with \"ids\" it is \"skip_special_tokens\".");
        }

        WriteText(tokenizer, ids!, skipSpecialTokens ?? true, answer);
    }

    // One delta an id, and one more if the end gives what was held back.
    private static void WriteText(Tokenizer tokenizer, int[] ids, bool skipSpecialTokens, Utf8JsonWriter answer)
    {
        string text = tokenizer.Decode(ids, skipSpecialTokens);
        Detokenizer detokenizer = tokenizer.CreateDetokenizer(skipSpecialTokens);
        List<string> deltas = [.. ids.Select(detokenizer.Append)];
        if (detokenizer.Flush() is { Length: > 0 } rest)
        {
            deltas.Add(rest);
        }

        answer.WriteString("text", text);
        answer.WriteStartArray("deltas");
        foreach (string delta in deltas)
        {
            answer.WriteStringValue(delta);
        }

        answer.WriteEndArray();
    }
}
