using System.Runtime.InteropServices;

namespace Engine.Cli;

/// <summary>
/// Ctrl+C and SIGTERM. The first one asks the command to end; a second one, or a command that has not ended within <see cref="Grace"/>, ends
/// the process with the exit code that shells expect (128 + the signal).
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _lock = new();
    private Action? _foreground;
    private Timer? _timer;

    /// <summary>Cancelled once the command should end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>How long a command may take to end; 2 seconds by default.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What the process answers when it was interrupted: 128 + the signal's number.</summary>
    public int ExitCode { get; private set; } = 130;

    /// <summary>Listens to the signals of this process.</summary>
    public static Interruption OfProcess()
    {
        Interruption interruption = new();
        interruption._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => interruption.Handle(context, 130)));
        interruption._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => interruption.Handle(context, 143)));
        return interruption;
    }

    /// <summary>Until disposed, the next Ctrl+C calls <paramref name="stop"/> instead of ending the command.</summary>
    public IDisposable Redirect(Action stop)
    {
        lock (_lock)
        {
            _foreground = stop;
        }

        return new Redirection(this);
    }

    /// <summary>What a signal does.</summary>
    public void Interrupt(int exitCode = 130)
    {
        Action? foreground;
        bool again;
        lock (_lock)
        {
            foreground = exitCode == 130 ? _foreground : null;
            _foreground = null;
            again = _source.IsCancellationRequested;
        }

        if (foreground is not null)
        {
            foreground();
            return;
        }

        if (again)
        {
            Environment.Exit(exitCode);
        }

        ExitCode = exitCode;
        _timer = new Timer(_ => Environment.Exit(exitCode), null, Grace, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }

    public void Dispose()
    {
        _timer?.Dispose();
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        Interrupt(exitCode);
    }

    private sealed class Redirection(Interruption owner) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._foreground = null;
            }
        }
    }
}
