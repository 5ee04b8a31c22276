using System.Globalization;
using System.Security;
using System.Text;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Engine.Benchmarks.Reporting;

/// <summary>A suite's mean times as an SVG: a group of bars for each set of parameters, a bar for each method, time on a logarithmic axis.</summary>
internal static class BarChart
{
    private const int Left = 300;
    private const int Width = 520;
    private const int Bar = 14;
    private const int Gap = 8;
    private const int Top = 46;
    private static readonly string[] Colors = ["#4878cf", "#ee854a", "#6acc65", "#d65f5f", "#956cb4", "#8c613c", "#82c6e2", "#797979"];

    /// <summary>The image.</summary>
    public static string Of(Summary summary)
    {
        List<(string Group, string Method, double Nanoseconds)> bars = [.. summary.Reports
            .Where(report => report.Success && report.ResultStatistics is not null)
            .Select(report => (Parameters(report.BenchmarkCase), report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo, report.ResultStatistics!.Mean))];
        string[] methods = [.. bars.Select(bar => bar.Method).Distinct()];
        double low = Math.Floor(Math.Log10(bars.Min(bar => bar.Nanoseconds)));
        double high = Math.Max(low + 1, Math.Ceiling(Math.Log10(bars.Max(bar => bar.Nanoseconds))));
        List<IGrouping<string, (string Group, string Method, double Nanoseconds)>> groups = [.. bars.GroupBy(bar => bar.Group)];
        int height = Top + (bars.Count * Bar) + (groups.Count * Gap) + 30;

        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + Width + 90}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        for (int i = 0; i < methods.Length; i++)
        {
            int x = 10 + (i * 190);
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"10\" width=\"12\" height=\"12\" fill=\"{Color(i)}\"/><text x=\"{x + 17}\" y=\"20\">{SecurityElement.Escape(methods[i])}</text>\n");
        }

        for (double decade = low; decade <= high; decade++)
        {
            double x = X(Math.Pow(10, decade));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:F1}\" y1=\"{Top - 6}\" x2=\"{x:F1}\" y2=\"{height - 24}\" stroke=\"#dddddd\"/><text x=\"{x:F1}\" y=\"{height - 10}\" text-anchor=\"middle\">{Time(Math.Pow(10, decade))}</text>\n");
        }

        int y = Top;
        foreach (IGrouping<string, (string Group, string Method, double Nanoseconds)> group in groups)
        {
            int middle = y + (group.Count() * Bar / 2) + 4;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{middle}\" text-anchor=\"end\">{SecurityElement.Escape(group.Key)}</text>\n");
            foreach ((_, string method, double nanoseconds) in group)
            {
                double end = X(nanoseconds);
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y}\" width=\"{Math.Max(1, end - Left):F1}\" height=\"{Bar - 2}\" fill=\"{Color(Array.IndexOf(methods, method))}\"/><text x=\"{Math.Max(Left + 1, end) + 4:F1}\" y=\"{y + Bar - 4}\" fill=\"#555555\">{Time(nanoseconds)}</text>\n");
                y += Bar;
            }

            y += Gap;
        }

        return svg.Append("</svg>\n").ToString();

        double X(double nanoseconds) => Left + (Width * (Math.Log10(nanoseconds) - low) / (high - low));
    }

    private static string Parameters(BenchmarkCase benchmark) =>
        benchmark.Parameters.Items.Count == 0 ? "" : string.Join(", ", benchmark.Parameters.Items.Select(item => $"{item.Name} {item.Value}"));

    private static string Color(int index) => Colors[index % Colors.Length];

    private static string Time(double nanoseconds)
    {
        (double value, string unit) = nanoseconds switch
        {
            < 1e3 => (nanoseconds, "ns"),
            < 1e6 => (nanoseconds / 1e3, "µs"),
            < 1e9 => (nanoseconds / 1e6, "ms"),
            _ => (nanoseconds / 1e9, "s"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:G3} {unit}");
    }
}
