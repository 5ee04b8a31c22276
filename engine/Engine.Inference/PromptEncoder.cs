using Engine.Inference.ChatTemplates;
using Engine.Inference.Tokenization;

namespace Engine.Inference;

/// <summary>Renders and encodes prompts.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="template">The model's chat template, if it has one.</param>
/// <param name="tokenCount">Ids below it are tokens of the model.</param>
/// <param name="timeProvider">What templates take for now.</param>
internal sealed class PromptEncoder(Tokenizer tokenizer, ChatTemplate? template, int tokenCount, TimeProvider timeProvider)
{
    /// <summary>Turns a prompt into tokens.</summary>
    /// <exception cref="GenerationException">The prompt is invalid, or the model has no chat template for it.</exception>
    public EncodedPrompt Encode(Prompt prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        EncodedPrompt encoded;
        try
        {
            encoded = prompt switch
            {
                Prompt.Chat chat => EncodeChat(chat),
                Prompt.Text text => EncodeText(text.Value),
                Prompt.Tokens tokens => new EncodedPrompt([.. tokens.Ids], Text: null, []),
                _ => throw new ArgumentException("A prompt is a chat, a text or tokens.", nameof(prompt)),
            };
        }
        catch (TokenizationException exception)
        {
            throw new GenerationException(GenerationError.InvalidRequest, exception.Message, "Prompt", exception);
        }

        if (encoded.Ids.Length == 0)
        {
            throw new GenerationException(GenerationError.InvalidRequest, "The prompt has no tokens: give the model something to continue.", "Prompt");
        }

        int unknown = encoded.Ids.AsSpan().IndexOfAnyExceptInRange(0, tokenCount - 1);
        return unknown < 0 ? encoded : throw new GenerationException(
            GenerationError.InvalidRequest, $"Token {encoded.Ids[unknown]} at place {unknown} of the prompt is not one of the model's {tokenCount}.", $"Prompt[{unknown}]");
    }

    private EncodedPrompt EncodeText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        // 4. Text becomes tokens.
        return new EncodedPrompt(tokenizer.EncodeWhole(text), text, []);
    }

    private EncodedPrompt EncodeChat(Prompt.Chat chat)
    {
        if (template is null)
        {
            throw new GenerationException(
                GenerationError.Unsupported, "This model has no chat template: it continues texts, and cannot be given messages.", "Prompt.Messages");
        }

        if (chat.Messages.Count == 0)
        {
            throw new GenerationException(GenerationError.InvalidRequest, "A chat needs at least one message.", "Prompt.Messages");
        }

        if (chat is { AddGenerationPrompt: true, ContinueFinalMessage: true })
        {
            throw new GenerationException(
                GenerationError.InvalidRequest, "A chat cannot both continue its final message and begin a new one.", "Prompt.ContinueFinalMessage");
        }

        RenderedChat rendered = Render(template, chat);

        // 4. Text becomes tokens: what people wrote never becomes a control token.
        return new EncodedPrompt(tokenizer.EncodeSanitized(rendered.Text, [.. rendered.ContentSpans]), rendered.Text, WarningsFor(chat, template));
    }

    private RenderedChat Render(ChatTemplate chatTemplate, Prompt.Chat chat)
    {
        try
        {
            // 3. Messages become text.
            return chatTemplate.Render(new ChatTemplateInput
            {
                Messages = chat.Messages,
                Tools = chat.Tools,
                Documents = chat.Documents,
                AddGenerationPrompt = chat.AddGenerationPrompt,
                ContinueFinalMessage = chat.ContinueFinalMessage,
                Now = timeProvider.GetLocalNow(),
                Variables = chat.Variables,
            });
        }
        catch (ChatTemplateException exception)
        {
            throw new GenerationException(
                GenerationError.InvalidRequest,
                exception.RaisedByTemplate ? $"The model's chat template refuses these messages: {exception.Message}" : $"The messages cannot be rendered: {exception.Message}",
                "Prompt.Messages",
                exception);
        }
    }

    /// <summary>What the chat gives the template although it never looks at it.</summary>
    private static List<string> WarningsFor(Prompt.Chat chat, ChatTemplate chatTemplate)
    {
        List<string> warnings = [];
        if (chat.Tools is { Count: > 0 } && !chatTemplate.Variables.Contains("tools") && chatTemplate.ToolSource is null)
        {
            warnings.Add("The model's chat template does not read tools.");
        }

        if (chat.Documents is { Count: > 0 } && !chatTemplate.Variables.Contains("documents"))
        {
            warnings.Add("The model's chat template does not read documents.");
        }

        foreach (string name in chat.Messages.SelectMany(message => message).Where(member => member.Value is not null).Select(member => member.Key).Distinct())
        {
            if (name is not ("role" or "content") && !chatTemplate.Members.Contains(name))
            {
                warnings.Add($"The model's chat template does not read '{name}' of messages.");
            }
        }

        foreach ((string name, _) in chat.Variables ?? [])
        {
            if (!chatTemplate.Variables.Contains(name))
            {
                warnings.Add($"The model's chat template does not read the variable '{name}'.");
            }
        }

        return warnings;
    }
}
