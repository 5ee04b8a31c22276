using System.Globalization;
using System.Text.RegularExpressions;
using Engine.Inference.ChatTemplates;
using Engine.Inference.Models;
using Engine.Onnx.Graphs;

namespace Engine.Cli.Inspection;

/// <summary>A report for people.</summary>
internal static partial class ReportText
{
    /// <summary>Writes it.</summary>
    public static void Write(ModelReport report, TextWriter output)
    {
        void Line(string name, FormattableString text) => output.WriteLine($"{name,-10} {text.ToString(CultureInfo.InvariantCulture)}");

        ModelDirectory? directory = report.Directory;
        Line("Model", $"{report.Path}{(directory is null ? "" : $" ({directory.Config.ModelType})")}");
        Line("Graph", $"{Path.GetFileName(report.GraphFile)}: {report.Operators.Values.Sum():N0} nodes, {report.WeightCount:N0} weights, IR {report.Metadata.IrVersion}, {Opsets(report)}{Producer(report)}");
        if (directory is not null)
        {
            Line("Context", $"{directory.Config.ContextLength:N0} tokens, end tokens {string.Join(", ", directory.Config.EosTokenIds)}");
            Line("Vocabulary", $"{report.VocabularySize ?? directory.Config.VocabularySize:N0} columns of logits, {(report.TokenizerSize is int size ? size.ToString("N0", CultureInfo.InvariantCulture) + " ids of the tokenizer" : "no tokenizer")}");
            Line("Sampling", $"{Sampling(directory.Generation)}");
            Line("Chat", $"{Chat(report.ChatTemplate)}");
        }

        Line("Memory", $"{Memory(report)}");
        foreach (RunnerVerdict verdict in report.Runners)
        {
            Line("Runner", $"{verdict.Runner}: {(verdict.Runs ? "runs it" : "does not run it")}{(verdict.Remark is null ? "" : $"; {verdict.Remark}")}");
        }

        if (report.Suits is { } suits)
        {
            Line("Suits", $"--runner {suits.Runner} --device {suits.Device}{(suits.Reason is null ? "" : $"; {suits.Reason}")}");
        }

        foreach (string warning in report.Warnings)
        {
            Line("Warning", $"{warning}");
        }

        List(output, "Inputs", Folded(report.Inputs));
        List(output, "Outputs", Folded(report.Outputs));
        List(output, "Operators", report.Operators.OrderByDescending(pair => pair.Value).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value,6:N0}  {pair.Key}")));
    }

    private static void List(TextWriter output, string title, IEnumerable<string> lines)
    {
        output.WriteLine();
        output.WriteLine(title);
        foreach (string line in lines)
        {
            output.WriteLine($"  {line}");
        }
    }

    // Layers differ in a number only: one line for all of them.
    private static IEnumerable<string> Folded(IReadOnlyList<ValueInfo> values) => values
        .GroupBy(value => (value with { Name = Number().Replace(value.Name, "*") }).ToString())
        .Select(group => group.Count() == 1 ? group.Single().ToString() : string.Create(CultureInfo.InvariantCulture, $"{group.Key}, {group.Count()} of them"));

    [GeneratedRegex("[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    private static string Opsets(ModelReport report) =>
        "opset " + string.Join(", ", report.Metadata.Opsets.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{(pair.Key.Length == 0 ? "ai.onnx" : pair.Key)} {pair.Value}")));

    private static string Producer(ModelReport report) =>
        report.Metadata.ProducerName.Length == 0 ? "" : $", made by {$"{report.Metadata.ProducerName} {report.Metadata.ProducerVersion}".Trim()}";

    private static string Sampling(GenerationConfig defaults)
    {
        (string Name, float? Value)[] all =
        [
            ("temperature", defaults.Temperature), ("top_p", defaults.TopP), ("top_k", defaults.TopK), ("min_p", defaults.MinP), ("repetition_penalty", defaults.RepetitionPenalty),
        ];
        string text = string.Join(", ", all.Where(pair => pair.Value is not null).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Name} {pair.Value}")));
        return text.Length == 0 ? "no defaults" : text;
    }

    private static string Chat(ChatTemplateCapabilities? template)
    {
        if (template is null)
        {
            return "no chat template";
        }

        (string Name, bool There)[] all =
            [("system messages", template.SystemMessages), ("tools", template.Tools), ("tool results", template.ToolResults), ("documents", template.Documents)];
        string text = string.Join(", ", all.Where(pair => pair.There).Select(pair => pair.Name));
        return text.Length == 0 ? "a template for user and assistant" : $"a template with {text}";
    }

    private static string Memory(ModelReport report)
    {
        string weights = $"{Size(report.WeightBytes)} of weights";
        return report.CacheBytesPerToken is long token
            ? $"{weights}, {Size(token)} for each token of a sequence{(report.CacheBytesOfFullContext is long full ? $", {Size(full)} for a full context" : "")}"
            : weights;
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F2} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):F1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:F1} KiB"),
    };
}
