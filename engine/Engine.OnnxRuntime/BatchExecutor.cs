using System.Runtime.InteropServices;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;

namespace Engine.OnnxRuntime;

/// <summary>
/// Maps a plan onto runs: pieces of prompts one sequence at a time, as the graphs take no batch of them, single tokens as one batch of neighbouring Rows.
/// Sequences join and leave at any step; where rows can be copied, those that are left move together.
/// </summary>
internal sealed class BatchExecutor(ModelSignature signature, GraphRun run, CacheStore caches, LogitsStore logits, RowTable rows, int capacity) : StepExecutor(rows)
{
    private const long MaxLogitsBytes = 256L << 20;

    /// <summary>Rows between two sequences that are better computed for nothing than left out, as the weights are read once a run.</summary>
    private const int MaxGap = 4;

    private readonly int _maxRowsPerRun = (int)Math.Clamp(MaxLogitsBytes / (4L * signature.VocabularySize), 1, int.MaxValue);
    private readonly List<(int Row, int Token, int Position, int LogitRow)> _single = [];
    private readonly List<(int From, int To)> _wanted = [];
    private readonly List<int> _tokens = [];
    private readonly List<int> _positions = [];

    protected override void ExecutePlan(StepPlan plan, Span<float> destination)
    {
        while (caches.CanMove && Rows.FindGap(out int from, out int to))
        {
            caches.Move(from, to);
            Rows.Move(from, to);
        }

        int logitRow = 0;
        _single.Clear();
        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            int row = Rows.RowOf(sequence.SequenceId, sequence.Position);
            ReadOnlySpan<int> tokens = plan.TokensOf(sequence);
            if (tokens.Length == 1 && caches.CanBatch)
            {
                _single.Add((row, tokens[0], sequence.Position, sequence.LogitCount > 0 ? logitRow : -1));
            }
            else
            {
                RunPieces(tokens, sequence.Position, row, sequence.LogitCount, logitRow, destination);
            }

            logitRow += sequence.LogitCount;
        }

        _single.Sort((left, right) => left.Row.CompareTo(right.Row));
        for (int first = 0; first < _single.Count;)
        {
            int count = BatchFrom(first);
            RunBatch(first, count, destination);
            first += count;
        }
    }

    private void RunPieces(ReadOnlySpan<int> tokens, int position, int row, int logitCount, int logitRow, Span<float> destination)
    {
        int firstWanted = tokens.Length - logitCount;
        for (int start = 0; start < tokens.Length;)
        {
            int count = Math.Min(_maxRowsPerRun, tokens.Length - start);
            if (signature.HasLastLogitsOnly)
            {
                // The row of a token is only to be had when it is the last of its run.
                count = start < firstWanted ? Math.Min(count, firstWanted + 1 - start) : 1;
            }

            int end = start + count;
            int wanted = Math.Clamp(end - firstWanted, 0, count);
            int given = signature.HasLastLogitsOnly ? 1 : signature.LogitCount is null ? count : Math.Max(1, wanted);
            run.Run(tokens[start..end], [position + start], row, given);
            Rows.Lengths[row] = position + end;
            _wanted.Clear();
            for (int i = 0; i < wanted; i++)
            {
                _wanted.Add((given - wanted + i, logitRow + end - wanted + i - firstWanted));
            }

            logits.Copy(_wanted, destination);
            start = end;
        }
    }

    // How many of the single tokens go into one run.
    private int BatchFrom(int first)
    {
        int count = 1;
        for (; first + count < _single.Count; count++)
        {
            int row = _single[first + count - 1].Row + 1;
            int next = _single[first + count].Row;
            if (next - row > MaxGap || next - _single[first].Row >= _maxRowsPerRun || Rows.Lengths[row..next].IndexOf(capacity) >= 0)
            {
                break;
            }
        }

        return count;
    }

    private void RunBatch(int first, int count, Span<float> destination)
    {
        _tokens.Clear();
        _positions.Clear();
        _wanted.Clear();
        int firstRow = _single[first].Row;
        for (int i = first; i < first + count; i++)
        {
            (int row, int token, int position, int logitRow) = _single[i];
            while (_tokens.Count < row - firstRow)
            {
                // A row in between computes a token for nothing, behind those that count: its next one takes that place.
                _positions.Add(Rows.Lengths[firstRow + _tokens.Count]);
                _tokens.Add(0);
            }

            if (logitRow >= 0)
            {
                _wanted.Add((_tokens.Count, logitRow));
            }

            _tokens.Add(token);
            _positions.Add(position);
        }

        run.Run(CollectionsMarshal.AsSpan(_tokens), CollectionsMarshal.AsSpan(_positions), firstRow, 1);
        for (int i = first; i < first + count; i++)
        {
            Rows.Lengths[_single[i].Row] = _single[i].Position + 1;
        }

        logits.Copy(_wanted, destination);
    }
}
