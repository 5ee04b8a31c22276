using System.Text;
using Engine.Cli.JsonLines;
using Engine.Inference;

namespace Engine.Cli.Chat;

/// <summary>
/// A chat over standard input: every line is a message, every answer goes to standard output. A person at a terminal also gets a prompt sign,
/// and commands that begin with a slash.
/// </summary>
internal sealed class ChatLoop(LlmEngine engine, CommandContext context, string? system, Func<Prompt, GenerationRequest> request)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Conversation _conversation = new(system);
    private readonly Terminal _terminal = context.Terminal;

    /// <summary>Chats until the input ends.</summary>
    public async Task RunAsync()
    {
        if (_terminal.IsInteractive)
        {
            _terminal.Note($"Chatting with {engine.ModelId}. Ctrl+C stops an answer, /clear forgets the chat, /bye or Ctrl+D leaves.");
        }

        using LineReader lines = new(_terminal.Input);
        while (await NextAsync(lines) is string message)
        {
            if (string.IsNullOrWhiteSpace(message))
            {
                continue;
            }

            if (_terminal.IsInteractive && message.StartsWith('/'))
            {
                if (!Obey(message.Trim()))
                {
                    return;
                }

                continue;
            }

            await AnswerAsync(message);
        }
    }

    private async Task<string?> NextAsync(LineReader lines)
    {
        if (_terminal.IsInteractive)
        {
            await _terminal.Error.WriteAsync("> ");
        }

        ReadOnlyMemory<byte>? line = await lines.ReadAsync(context.Interruption.Token);
        if (lines.WasTooLong)
        {
            throw new CommandException($"A message is longer than {LineReader.MaxLength >> 20} MiB.");
        }

        return line is ReadOnlyMemory<byte> bytes ? Decode(bytes.Span).TrimEnd('\r') : null;
    }

    private async Task AnswerAsync(string message)
    {
        _conversation.AddUser(message);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.Interruption.Token);
        using IDisposable? redirection = _terminal.IsInteractive ? context.Interruption.Redirect(stop.Cancel) : null;
        try
        {
            _conversation.AddAssistant(await AnswerStream.WriteAsync(engine, request(_conversation.Prompt), _terminal, stop.Token));
        }
        catch (OperationCanceledException) when (!context.Interruption.Token.IsCancellationRequested)
        {
            _conversation.RemoveLast();
        }
        catch (GenerationException exception) when (_terminal.IsInteractive)
        {
            _conversation.RemoveLast();
            _terminal.Note($"error: {exception.Message}");
        }
    }

    // Whether to go on.
    private bool Obey(string command)
    {
        switch (command)
        {
            case "/bye":
                return false;
            case "/clear":
                _conversation.Clear();
                return true;
            default:
                _terminal.Note($"There is no command {command}; there are /clear and /bye.");
                return true;
        }
    }

    internal static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new CommandException("The input is not UTF-8 text.", exception);
        }
    }
}
