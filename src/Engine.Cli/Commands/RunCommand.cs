using System.CommandLine;
using Engine.Cli.Chat;
using Engine.Cli.Options;
using Engine.Inference;

namespace Engine.Cli.Commands;

/// <summary><c>engine run</c>: one answer, or a chat.</summary>
internal static class RunCommand
{
    // Far above every context, and small enough to hold.
    private const int MaxPromptBytes = 64 << 20;

    public static Command Create(CommandContext context)
    {
        Argument<string?> prompt = new("PROMPT")
        {
            Description = "What to say; \"-\" reads it from standard input. Without it every line of standard input is a message of a chat",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> system = new("--system") { HelpName = "TEXT", Description = "What the model is told before all else" };
        Option<bool> raw = new("--raw") { Description = "Let the model continue PROMPT as it is, without its chat template" };
        ModelOptions model = new(context.Terminal.Note);
        SamplingOptions sampling = new();
        EngineCommand command = new(
            "run",
            "Asks a model. With PROMPT it prints the answer and nothing else; without, it chats.",
            "run \"What is the capital of France?\" --temperature 0",
            "run --system \"Answer in one sentence.\"",
            "engine run - --max-tokens 200 < letter.txt",
            "run \"Once upon a time\" --raw --model path/to/folder --seed 1")
        {
            prompt, system, raw,
        };
        sampling.AddTo(command);
        model.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(raw) && (result.GetValue(prompt) is null || result.GetValue(system) is not null))
            {
                result.AddError("--raw needs a PROMPT and takes no --system.");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            string? text = parsed.GetValue(prompt);
            if (text is "-")
            {
                text = await ReadAllAsync(context);
            }

            await using LlmEngine engine = await ModelLoading.LoadAsync(context, model.Read(parsed));
            if (text is null)
            {
                await new ChatLoop(engine, context, parsed.GetValue(system), prompt => sampling.Request(parsed, prompt)).RunAsync();
                return 0;
            }

            GenerationRequest request = sampling.Request(parsed, parsed.GetValue(raw) ? new Prompt.Text(text) : FirstMessage(parsed.GetValue(system), text));
            await AnswerStream.WriteAsync(engine, request, context.Terminal, context.Interruption.Token);
            return 0;
        });
        return command;
    }

    private static Prompt FirstMessage(string? system, string text)
    {
        Conversation conversation = new(system);
        conversation.AddUser(text);
        return conversation.Prompt;
    }

    private static async Task<string> ReadAllAsync(CommandContext context)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[64 << 10];
        while (true)
        {
            int read = await Task.Run(() => context.Terminal.Input.Read(buffer)).WaitAsync(context.Interruption.Token);
            if (read == 0)
            {
                return ChatLoop.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            }

            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxPromptBytes)
            {
                throw new CommandException($"The prompt on standard input is longer than {MaxPromptBytes >> 20} MiB.");
            }
        }
    }
}
