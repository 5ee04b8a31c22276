using System.Text;
using Spectre.Console;

namespace Engine.Cli;

/// <summary>
/// Where a command reads and writes: standard output holds the answer and nothing else; progress and questions go to standard error, and only
/// where a person looks at it.
/// </summary>
internal sealed class Terminal(Stream input, Stream output, TextWriter error, bool isInteractive, bool showsProgress)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The process's own streams.</summary>
    public static Terminal OfProcess() => new(
        Console.OpenStandardInput(),
        Console.OpenStandardOutput(),
        new StreamWriter(Console.OpenStandardError(), Utf8, 256) { AutoFlush = true },
        isInteractive: !Console.IsInputRedirected && !Console.IsErrorRedirected,
        showsProgress: !Console.IsErrorRedirected);

    /// <summary>Standard input, as bytes.</summary>
    public Stream Input { get; } = input;

    /// <summary>Standard output, as bytes.</summary>
    public Stream Output { get; } = output;

    /// <summary>Standard output, as text; flushed line by line by who writes.</summary>
    public TextWriter Out { get; } = new StreamWriter(output, Utf8, 1024) { AutoFlush = true, NewLine = "\n" };

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>Whether a person types the input and sees what is asked on standard error.</summary>
    public bool IsInteractive { get; } = isInteractive;

    /// <summary>Whether standard error is looked at while it is written: then long work says how far it is.</summary>
    public bool ShowsProgress { get; } = showsProgress;

    /// <summary>Says one sentence that is not the answer.</summary>
    public void Note(string sentence) => Error.WriteLine(sentence);

    /// <summary>Does long work, and shows meanwhile that it goes on.</summary>
    public Task<T> WorkingAsync<T>(string what, Func<Task<T>> work) =>
        ShowsProgress ? ErrorConsole().Status().Spinner(Spinner.Known.Dots).StartAsync(Markup.Escape(what), _ => Task.Run(work)) : work();

    /// <summary>Draws on standard error.</summary>
    public IAnsiConsole ErrorConsole() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) });
}
