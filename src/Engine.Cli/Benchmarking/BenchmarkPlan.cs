namespace Engine.Cli.Benchmarking;

/// <summary>What to measure.</summary>
/// <param name="Tests">Of prefill, decode and batch.</param>
/// <param name="PieceLength">Tokens of a prompt computed at once.</param>
/// <param name="DecodeSteps">Timed steps of decode.</param>
/// <param name="Contexts">Tokens that a sequence holds before decode is timed; prompts of these lengths are timed too.</param>
/// <param name="Batches">Numbers of sequences decoded at once.</param>
/// <param name="BatchSteps">Timed steps of a batch.</param>
/// <param name="Greedy">Whether the most likely token is fed back; else tokens are fixed and logits ignored.</param>
internal sealed record BenchmarkPlan(
    IReadOnlyList<string> Tests, int PieceLength, int DecodeSteps, IReadOnlyList<int> Contexts, IReadOnlyList<int> Batches, int BatchSteps, bool Greedy)
{
    /// <summary>Untimed steps before every timed run.</summary>
    public const int WarmSteps = 4;

    /// <summary>The tests there are.</summary>
    public static readonly string[] AllTests = ["prefill", "decode", "batch"];

    /// <summary>Whether a test is asked for.</summary>
    public bool Has(string test) => Tests.Contains(test);

    /// <summary>Lengths at which the prompt of the single sequence stops to be measured.</summary>
    public IEnumerable<int> PromptLengths => Contexts.Where(context => context > 0).Append(PieceLength).Distinct().Order();

    /// <summary>The most tokens one sequence holds.</summary>
    public int LongestSequence => Math.Max(PromptLengths.Max() + (Has("decode") ? DecodeSteps + WarmSteps : 0), BatchSteps + WarmSteps);

    /// <summary>The most sequences at once.</summary>
    public int LargestBatch => Has("batch") ? Batches.Max() : 1;
}
