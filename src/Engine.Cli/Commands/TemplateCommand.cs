using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Cli.JsonLines;
using Engine.Inference.ChatTemplates;
using Engine.Inference.Tokenization;

namespace Engine.Cli.Commands;

/// <summary><c>engine template</c>: conversations as the text and the ids that a model sees, a line each.</summary>
internal static class TemplateCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string?> model = new("--model", "-m") { HelpName = "FOLDER", Description = "The model's folder [default: the embedded model, unless --template is given]" };
        Option<string?> template = new("--template") { HelpName = "FILE", Description = "A Jinja template instead of the folder's; without --model the answers have no ids" };
        EngineCommand command = new(
            "template",
            """
            Renders conversations by a chat template. Reads JSON Lines on standard input, {"messages":[…]} with any of "tools", "documents", "add_generation_prompt" and "continue_final_message" (both false by default, as in transformers), "now" (the time for strftime_now) and further variables of the template, and answers each with a line: {"text":…,"ids":[…],"ids_sanitized":[…]}. "ids_sanitized" is what the server feeds the model: control tokens that messages spell are plain text in it.
            """,
            "echo '{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"add_generation_prompt\":true}' | engine template",
            "engine template --template chat_template.jinja < conversations.jsonl")
        {
            model, template,
        };
        command.SetAction(async (parsed, _) =>
        {
            string? file = parsed.GetValue(template);
            string? folder = parsed.GetValue(model) ?? (file is null ? DefaultModel.Folder() : null);
            Tokenizer? tokenizer = folder is null ? null : Tokenizer.Load(folder);
            ChatTemplate loaded = file is null ? OfFolder(folder!) : ChatTemplate.Parse(await File.ReadAllTextAsync(file, context.Interruption.Token));
            JsonObject? specialTokens = file is null || tokenizer is null ? null : SpecialTokensOf(tokenizer);
            return await JsonLineLoop.RunAsync(context, (line, answer) => Answer(loaded, tokenizer, ConversationLine.Parse(line, specialTokens), answer));
        });
        return command;
    }

    private static ChatTemplate OfFolder(string folder) => ChatTemplate.Load(folder)
        ?? throw new CommandException($"{folder} has no chat template; give one with --template FILE.");

    // A template of its own file still speaks of the folder's tokens.
    private static JsonObject SpecialTokensOf(Tokenizer tokenizer)
    {
        JsonObject tokens = [];
        foreach ((string name, int? id) in ((string, int?)[])
            [("bos_token", tokenizer.BosTokenId), ("eos_token", tokenizer.EosTokenId), ("pad_token", tokenizer.PadTokenId), ("unk_token", tokenizer.UnknownTokenId)])
        {
            if (id is int known && tokenizer.GetToken(known) is string spelling)
            {
                tokens[name] = spelling;
            }
        }

        return tokens;
    }

    private static void Answer(ChatTemplate template, Tokenizer? tokenizer, ChatTemplateInput input, Utf8JsonWriter answer)
    {
        RenderedChat chat = template.Render(input);
        int[] ids = tokenizer?.EncodeWhole(chat.Text, addSpecialTokens: false) ?? [];
        int[] sanitized = tokenizer?.EncodeSanitized(chat.Text, [.. chat.ContentSpans]) ?? [];
        answer.WriteString("text", chat.Text);
        if (tokenizer is not null)
        {
            answer.WriteIds("ids", ids);
            answer.WriteIds("ids_sanitized", sanitized);
        }
    }
}
