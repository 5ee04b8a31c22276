using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Engine.Cli.Tests;

/// <summary><c>engine serve</c> inside the test's process, at a port of its own.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly Interruption _interruption = new();
    private readonly MemoryStream _output = new();
    private readonly StringWriter _error = new();
    private readonly Task<int> _running;

    private RunningServer(string[] arguments, int port)
    {
        string url = $"http://127.0.0.1:{port}";
        Terminal terminal = new(new MemoryStream(), _output, _error, isInteractive: false, showsProgress: false);
        _running = CommandLine.RunAsync(["serve", "--urls", url, .. arguments], new CommandContext(terminal, _interruption));
        Client = new HttpClient { BaseAddress = new Uri(url) };
    }

    public HttpClient Client { get; }

    /// <summary>Standard output up to now.</summary>
    public string Output => Encoding.UTF8.GetString(_output.ToArray());

    /// <summary>Starts it and waits until its models are loaded.</summary>
    public static async Task<RunningServer> StartAsync(params string[] arguments)
    {
        RunningServer server = new(arguments, FreePort());
        while (!await server.IsReadyAsync())
        {
            Assert.False(server._running.IsCompleted, $"The server ended: {server._error}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return server;
    }

    /// <summary>What Ctrl+C does.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> InterruptAsync()
    {
        _interruption.Interrupt();
        return _running;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_running.IsCompleted)
        {
            await InterruptAsync();
        }

        Client.Dispose();
        _interruption.Dispose();
        await _error.DisposeAsync();
        await _output.DisposeAsync();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using HttpResponseMessage response = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
