// directml-check [--device cpu|dml] FOLDER...
//
// Rewrites each folder for DirectML and runs what comes out, a prompt and some single tokens, on DirectML. Prints a line a folder, as a row of a table: how far
// the logits are from those of ONNX Runtime's CPU provider on the same folder and of the managed runner on the original one, and how often the best token is
// the same. Exit status: how many folders were neither near enough nor refused.
using DirectMLCheck;
using Engine.Inference.Models;
using Engine.Inference.Runners.DirectML;
using Engine.Onnx;
using Microsoft.ML.OnnxRuntime;

bool onDirectML = args is not ["--device", "cpu", ..];
string[] folders = [.. args.SkipWhile(arg => arg is "--device" or "cpu" or "dml")];
Console.WriteLine($"ONNX Runtime {OrtEnv.Instance().GetVersionString()}: {string.Join(", ", OrtEnv.Instance().GetAvailableProviders())}");
Console.WriteLine("| folder | attention | largest logit | off the CPU provider by | off the managed runner by | same best token |");
Console.WriteLine("|---|---|---|---|---|---|");
int bad = 0;
foreach (string folder in folders)
{
    string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
    try
    {
        ModelDirectory original = ModelDirectory.Open(folder);
        ModelDirectory prepared = DirectMLFolder.Prepare(original);
        Comparison result = Comparison.Of(original, prepared, onDirectML);
        string attention = ReferenceEquals(original, prepared) ? "as it is" : prepared.Config.Decoder.SharesPastAndPresent ? "operator" : "written out";
        Console.WriteLine($"| {name} | {attention} | {result.Largest:g3} | {result.FromProvider:g2} | {(result.FromOriginal is { } off ? $"{off:g2}" : "-")} | {result.SameTokens} of {result.Tokens} |{(result.IsGood ? "" : " BAD")}");
        bad += result.IsGood ? 0 : 1;
    }
    catch (InvalidModelException refusal)
    {
        Console.WriteLine($"| {name} | refused: {refusal.Message.ReplaceLineEndings(" ")} | | | | |");
    }
    catch (OnnxRuntimeException fault)
    {
        Console.WriteLine($"| {name} | BAD: {fault.Message.ReplaceLineEndings(" ")} | | | | |");
        bad++;
    }
}

return bad;
