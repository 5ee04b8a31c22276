using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Validators;
using Perfolizer.Horology;

namespace Engine.Benchmarks.Reporting;

/// <summary>
/// Short runs in this process, so that all suites together take minutes; the runtime's settings are the project's, which are those of the command line. Each
/// suite leaves a table and a plot in <c>benchmarks/results</c>.
/// </summary>
internal static class BenchmarkConfig
{
    public static IConfig Create() => ManualConfig.CreateEmpty()
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.DontLogOutput).WithIterationCount(5).WithIterationTime(TimeInterval.FromMilliseconds(100)).WithId("Short"))
        .AddLogger(ConsoleLogger.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .HideColumns(Column.Error)
        .AddAnalyser([.. DefaultConfig.Instance.GetAnalysers()])
        .AddValidator(JitOptimizationsValidator.FailOnError)
        .AddExporter(new ResultsExporter(ResultsFolder()))
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "engine-benchmarks"))
        .WithOptions(ConfigOptions.DisableLogFile);

    /// <summary>The folder of the results in the repository that this was built in; else in the folder one is in.</summary>
    private static string ResultsFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Engine.sln")))
            {
                return Path.Combine(folder.FullName, "benchmarks", "results");
            }
        }

        return Path.GetFullPath("results");
    }
}
