using System.ComponentModel;
using System.Diagnostics;

namespace Engine.Conformance.Tests.Support;

/// <summary>Runs programs of the machine.</summary>
internal static class Tool
{
    /// <summary>Runs a program to its end; a failure to start skips the test, since the machine lacks the program.</summary>
    /// <returns>Its exit code, and what it printed.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process? started = null;
        try
        {
            started = Process.Start(start);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"needs {program}, which is not on this machine");
        }

        using Process process = started!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>A new folder for a test's own files.</summary>
    public static DirectoryInfo TemporaryFolder() => Directory.CreateTempSubdirectory("engine-conformance-");
}
