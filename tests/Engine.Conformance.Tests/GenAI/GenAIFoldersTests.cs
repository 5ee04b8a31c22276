using System.Globalization;
using System.Text;
using Engine.Tests;

namespace Engine.Conformance.Tests.GenAI;

/// <summary>
/// Every folder that GenAI runs gives GenAI's own tokens through the runner. <c>ENGINE_WRITE_DOCS=1</c> writes docs/genai-folders.md anew instead of comparing it.
/// </summary>
public class GenAIFoldersTests
{
    // Where results hang on the pieces in which a prompt is computed, whoever computes the graph: rotary angles chosen by the length of a run (their original length
    // is 32 tokens here), and one scale for all activations of a run.
    private static readonly string[] HangOnPieces = ["phi3-", "phi4mini-", "x-dynquant"];

    public static TheoryData<string> Folders => [.. GenAIFolderOutcome.Folders];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Greedy_FolderThatGenAIRuns_GivesItsTokens(string folder)
    {
        GenAIFolderOutcome outcome = GenAIFolderOutcome.Of(folder);

        if (outcome.GenAIRefusal is not null)
        {
            Assert.NotNull(outcome.RunnerRefusal);
            return;
        }

        if (outcome.IsOfCuda)
        {
            return;
        }

        Assert.True(outcome.RunnerRefusal is null, outcome.RunnerRefusal);
        Assert.Equal(outcome.Count, outcome.Equal);
        Assert.True(outcome.Repeats, "Other logits where another sequence has been before.");
        if (!HangOnPieces.Any(start => Path.GetFileName(folder).StartsWith(start, StringComparison.Ordinal)))
        {
            Assert.Equal(outcome.Count, outcome.EqualInPieces);
        }
    }

    [Fact]
    public void Document_OfAllFolders_SaysWhatTheyGive()
    {
        SharedData.PathOf("model-zoo");
        SharedData.PathOf("genai-fixtures");
        string file = Path.Combine(SharedData.Repository, "docs/genai-folders.md");
        string document = Document();
        if (Environment.GetEnvironmentVariable("ENGINE_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, document);
        }

        Assert.Equal(document, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    private static string Document()
    {
        StringBuilder text = new();
        text.Append("""
            # Folders on ONNX Runtime GenAI

            What becomes of folders on the processor with the GenAI runner, beside a plain loop of GenAI's own (`AppendTokens` of the whole prompt, then
            `GenerateNextToken`, greedy): three prompts of 5, 20 and 48 tokens, up to 40 tokens each (12 for the default model). *Equal* counts the tokens that are the
            same up to the first other one; *in pieces* is the same with the prompt in pieces of 7 tokens. The folders lie in the shared test data and are described
            there. Folders made for CUDA, DirectML or WebGPU run here on the processor (`--device cpu`), where their operators allow it.

            Where pieces make a difference, they do so in GenAI too: in these LongRoPE folders the graph chooses the angles by the length of a run, beyond an original
            length of 32 tokens (for real ones, of 4,096 or 8,192 tokens, the runner computes what crosses it in one run); `DynamicQuantizeLinear` takes one scale for a run.
            GenAI ends at a token that ends texts, hence counts below 120.

            Written by `ENGINE_WRITE_DOCS=1 dotnet run --project tests/Engine.Conformance.Tests -- --filter-class '*GenAIFoldersTests'`.

            | folder | GenAI runs it | equal | in pieces | why not |
            |---|---|---|---|---|

            """);
        foreach (string folder in GenAIFolderOutcome.Folders)
        {
            GenAIFolderOutcome outcome = GenAIFolderOutcome.Of(folder);
            text.Append(outcome.IsOfCuda
                ? $"| {folder} | yes, wrongly | refused | refused | weights in CUDA's own layout, which the processor computes wrong without a word |\n"
                : outcome.GenAIRefusal is { } refusal
                ? $"| {folder} | no | | | {Short(refusal)} |\n"
                : string.Create(CultureInfo.InvariantCulture, $"| {folder} | yes | {outcome.Equal} of {outcome.Count} | {outcome.EqualInPieces} of {outcome.Count} | |\n"));
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    // GenAI's first sentence, without the places in its sources.
    private static string Short(string message)
    {
        string line = message.ReplaceLineEndings(" ").Replace('|', '/').Trim();
        int status = line.IndexOf("Status Message: ", StringComparison.Ordinal);
        line = status < 0 ? line : line[(status + "Status Message: ".Length)..];
        return line.Length <= 140 ? line : line[..140] + "…";
    }
}
