using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;

namespace Engine.Benchmarks.Reporting;

/// <summary>Writes a suite's results as they are committed: a Markdown table and a plot, named after the suite.</summary>
internal sealed class ResultsExporter(string folder) : IExporter
{
    public string Name => "results";

    public void ExportToLog(Summary summary, ILogger logger)
    {
    }

    public IEnumerable<string> ExportToFiles(Summary summary, ILogger consoleLogger)
    {
        if (summary.BenchmarksCases.Length == 0 || !summary.Reports.Any(report => report.Success))
        {
            return [];
        }

        Directory.CreateDirectory(folder);
        string suite = summary.BenchmarksCases[0].Descriptor.Type.Name;
        string table = Path.Combine(folder, suite + ".md");
        string plot = Path.Combine(folder, suite + ".svg");
        using (StringWriter text = new())
        {
            text.Write($"# {suite}\n\n![{suite}]({suite}.svg)\n\n");
            MarkdownExporter.GitHub.ExportToLog(summary, new TextLogger(text));
            File.WriteAllText(table, text.ToString().ReplaceLineEndings("\n").TrimEnd('\n') + "\n");
        }

        File.WriteAllText(plot, BarChart.Of(summary));
        return [table, plot];
    }
}
