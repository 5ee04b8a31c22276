using System.Numerics.Tensors;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;

namespace Engine.Tests;

/// <summary>
/// Greedy sequences that come and go while others run: each joins at a step of its own, takes its prompt in pieces, generates, and leaves. Their tokens
/// are to be those that each gives alone.
/// </summary>
internal sealed class ConcurrentSequences(IModelRunner runner)
{
    private readonly StepPlan _plan = new();
    private readonly Stack<int> _freeBlocks = new(Enumerable.Range(0, runner.KVCacheLayout.BlockCount).Reverse());

    /// <summary>A prompt, and how it is computed.</summary>
    /// <param name="Prompt">Its tokens.</param>
    /// <param name="JoinsAt">The step of its first piece.</param>
    /// <param name="PieceLength">The most tokens of a piece.</param>
    /// <param name="TokenCount">How many tokens it generates.</param>
    public sealed record Script(int[] Prompt, int JoinsAt, int PieceLength, int TokenCount);

    /// <summary>Eight sequences of different lengths, the last two after others have left.</summary>
    public static Script[] Eight(int vocabularySize)
    {
        Random random = new(11);
        (int Length, int JoinsAt, int PieceLength, int TokenCount)[] shapes =
            [(37, 0, 16, 20), (1, 0, 1, 30), (16, 1, 16, 6), (53, 2, 7, 16), (20, 2, 20, 24), (5, 3, 2, 9), (41, 14, 41, 12), (9, 16, 4, 14)];
        return [.. shapes.Select(shape => new Script(
            [.. Enumerable.Range(0, shape.Length).Select(_ => random.Next(3, vocabularySize))], shape.JoinsAt, shape.PieceLength, shape.TokenCount))];
    }

    /// <summary>Runs all of them together.</summary>
    /// <returns>The tokens that each generated.</returns>
    public int[][] Run(IReadOnlyList<Script> scripts)
    {
        Running[] all = [.. scripts.Select((script, index) => new Running(index + 1000, script))];
        float[] logits = [];
        for (int step = 0; all.Any(sequence => !sequence.IsDone); step++)
        {
            List<Running> now = [.. all.Where(sequence => sequence.Script.JoinsAt <= step && !sequence.IsDone)];
            if (now.Count == 0)
            {
                continue;
            }

            foreach (Running sequence in now)
            {
                Add(sequence);
            }

            Array.Resize(ref logits, _plan.LogitRowCount * runner.VocabularySize);
            runner.Execute(_plan, logits);
            _plan.Clear();
            int row = 0;
            foreach (Running sequence in now)
            {
                sequence.Computed += sequence.Count;
                if (sequence.Computed == sequence.Tokens.Count)
                {
                    sequence.Tokens.Add(TensorPrimitives.IndexOfMax<float>(logits.AsSpan(row++ * runner.VocabularySize, runner.VocabularySize)));
                }

                if (sequence.IsDone)
                {
                    _plan.End(sequence.Id);
                    sequence.Blocks.ForEach(_freeBlocks.Push);
                }
            }
        }

        return [.. all.Select(sequence => sequence.Tokens.Skip(sequence.Script.Prompt.Length).ToArray())];
    }

    /// <summary>Runs one of them by itself, its prompt whole.</summary>
    public int[] Alone(Script script) => Run([script with { JoinsAt = 0, PieceLength = script.Prompt.Length }])[0];

    private void Add(Running sequence)
    {
        sequence.Count = Math.Min(sequence.Script.PieceLength, sequence.Tokens.Count - sequence.Computed);
        int end = sequence.Computed + sequence.Count;
        while (sequence.Blocks.Count * runner.KVCacheLayout.BlockSize < end)
        {
            sequence.Blocks.Add(_freeBlocks.Pop());
        }

        int[] tokens = [.. sequence.Tokens.Skip(sequence.Computed).Take(sequence.Count)];
        _plan.Add(sequence.Id, tokens, sequence.Computed, end == sequence.Tokens.Count ? 1 : 0, sequence.Blocks.ToArray());
    }

    private sealed class Running(long id, Script script)
    {
        public long Id { get; } = id;

        public Script Script { get; } = script;

        public List<int> Tokens { get; } = [.. script.Prompt];

        public List<int> Blocks { get; } = [];

        public int Computed { get; set; }

        public int Count { get; set; }

        public bool IsDone => Tokens.Count == Script.Prompt.Length + Script.TokenCount;
    }
}
