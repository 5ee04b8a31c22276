using System.Runtime.InteropServices;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;

namespace Engine.OnnxRuntime;

/// <summary>
/// Maps a plan onto runs where several tokens at once always count as a sequence's first, as with DirectML's attention: pieces of a prompt are kept until
/// logits are wanted and computed as a whole, later tokens one by one. One sequence at a time.
/// </summary>
/// <param name="signature">The graph's inputs and outputs.</param>
/// <param name="run">Calls the session.</param>
/// <param name="caches">A tensor a row.</param>
/// <param name="logits">Where logits are.</param>
/// <param name="rows">Which sequence has which row.</param>
internal sealed class WholePromptExecutor(ModelSignature signature, GraphRun run, RowCacheStore caches, LogitsStore logits, RowTable rows) : StepExecutor(rows)
{
    private readonly List<int>[] _tokens = [.. Enumerable.Range(0, rows.Count).Select(_ => new List<int>())];
    private readonly List<(int From, int To)> _wanted = [];

    // A run that is padded has other tokens last.
    private readonly bool _countsFromTheLast = signature.HasLastLogitsOnly || signature.LogitCount is not null;

    protected override void ExecutePlan(StepPlan plan, Span<float> destination)
    {
        int logitRow = 0;
        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            int row = Rows.RowOf(sequence.SequenceId, sequence.Position);
            List<int> tokens = _tokens[row];
            tokens.RemoveRange(sequence.Position, tokens.Count - sequence.Position);
            tokens.AddRange(plan.TokensOf(sequence));
            if (sequence.LogitCount > 0)
            {
                Compute(row, CollectionsMarshal.AsSpan(tokens), sequence.LogitCount, logitRow, destination);
            }

            logitRow += sequence.LogitCount;
        }
    }

    private void Compute(int row, Span<int> tokens, int logitCount, int logitRow, Span<float> destination)
    {
        bool fits = caches.CapacityOf(row) >= tokens.Length;
        if (fits && tokens.Length == Rows.Lengths[row] + 1 && tokens.Length > 1)
        {
            RunRow(row, tokens[^1..], tokens.Length - 1, 1, [(0, logitRow)], destination);
            return;
        }

        // What device memory starts as may be a NaN, which no mask hides: the first run fills all of it.
        int[] padded = [];
        if (!fits)
        {
            caches.Reserve(row, tokens.Length);
            padded = new int[caches.CapacityOf(row)];
            tokens.CopyTo(padded);
        }

        if (!_countsFromTheLast)
        {
            ReadOnlySpan<int> all = padded.Length > 0 ? padded : tokens;
            RunRow(row, all, 0, all.Length, [.. Enumerable.Range(0, logitCount).Select(i => (_tokens[row].Count - logitCount + i, logitRow + i))], destination);
        }
        else
        {
            if (padded.Length > 0)
            {
                RunRow(row, padded, 0, 1, [], destination);
            }

            int given = signature.LogitCount is null ? 1 : logitCount;
            for (int end = tokens.Length - logitCount + given; end <= tokens.Length; end += given, logitRow += given)
            {
                RunRow(row, tokens[..end], 0, given, [.. Enumerable.Range(0, given).Select(i => (i, logitRow + i))], destination);
            }
        }

        Rows.Lengths[row] = tokens.Length;
    }

    private void RunRow(int row, ReadOnlySpan<int> tokens, int position, int given, ReadOnlySpan<(int From, int To)> wanted, Span<float> destination)
    {
        run.Run(tokens, [position], row, given);
        Rows.Lengths[row] = position + tokens.Length;
        _wanted.Clear();
        _wanted.AddRange(wanted);
        logits.Copy(_wanted, destination);
    }
}
