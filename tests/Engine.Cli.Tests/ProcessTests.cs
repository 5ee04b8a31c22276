using System.Diagnostics;

namespace Engine.Cli.Tests;

/// <summary>What only a process of its own shows: signals, pipes, exit codes.</summary>
public sealed class ProcessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokenize_LinesOneByOne_AreAnsweredAsTheyCome()
    {
        using Process process = Start("tokenize");
        for (int round = 0; round < 3; round++)
        {
            await process.StandardInput.WriteLineAsync("{\"text\":\"a\"}");
            await process.StandardInput.FlushAsync(Cancellation);
            Assert.Equal("{\"ids\":[81]}", await process.StandardOutput.ReadLineAsync(Cancellation));
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Tokenize_SignalWhileItWaits_EndsQuietly(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by kill");
        using Process process = Start("tokenize");
        await process.StandardInput.WriteLineAsync("{\"text\":\"a\"}");
        await process.StandardInput.FlushAsync(Cancellation);
        await process.StandardOutput.ReadLineAsync(Cancellation);

        using (Process kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]))
        {
            await kill.WaitForExitAsync(Cancellation);
        }

        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(exitCode, process.ExitCode);
        Assert.Empty(await process.StandardOutput.ReadToEndAsync(Cancellation));
        Assert.Empty(await process.StandardError.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Engine_UnknownCommand_ExitsWith2AndSaysNothingOnStandardOutput()
    {
        using Process process = Start("rum");
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal(2, process.ExitCode);
        Assert.Empty(await process.StandardOutput.ReadToEndAsync(Cancellation));
        Assert.Equal("error: There is no command \"rum\". See \"engine --help\".\n", await process.StandardError.ReadToEndAsync(Cancellation));
    }

    private static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "engine.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}
