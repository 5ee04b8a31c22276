using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>Memory of one thread for one unit, and the unit's queries, scaled and together.</summary>
internal readonly unsafe struct AttentionWorkspace
{
    /// <summary>Rows below which the panels of values must stay in the nearest cache: there is too little work on them to fetch them from a farther one.</summary>
    private const int FewRows = 12;

    /// <summary>Floats of such panels.</summary>
    private const int SmallPanel = 4096;

    /// <param name="unit">The unit; its queries are copied.</param>
    public AttentionWorkspace(in AttentionUnit unit)
    {
        AttentionParameters parameters = unit.Parameters;
        int headSize = parameters.HeadSize;
        int rows = unit.Rows;
        int width = AttentionPanels.Width(headSize);
        int tokens = rows < FewRows ? SmallPanel / width / KeyValueGroup.Tokens * KeyValueGroup.Tokens : AttentionSegment.Tokens;
        ValueTokens = Math.Clamp(tokens, KeyValueGroup.Tokens, AttentionSegment.Tokens);
        Scores = Scratch.Get<float>(Scratch.Purpose.Scores, (long)rows * ScoreStride + 2 * AttentionSegment.Tokens);
        KeyScales = Scores + (long)rows * ScoreStride;
        ValueScales = KeyScales + AttentionSegment.Tokens;
        // A row more than the tokens need: panels whose distance is a power of two would fall on the same cache sets.
        PanelStride = (ValueTokens + 1) * AttentionTiles.TokenLanes;
        Panel = Scratch.Get<float>(Scratch.Purpose.Panel, Math.Max((long)width / AttentionTiles.TokenLanes * PanelStride, 2L * KeyPanel(headSize)));
        long queries = ((long)rows * headSize + 15) & ~15;
        int state = AttentionState.Size(rows, headSize);
        Queries = Scratch.Get<float>(Scratch.Purpose.Rows, queries + 2L * state);
        Total = new AttentionState(Queries + queries, rows, headSize);
        Part = new AttentionState(Queries + queries + state, rows, headSize);

        int tokenWidth = parameters.GroupSize * headSize;
        for (int token = 0; token < unit.Tokens; token++)
        {
            Scale(unit.Queries + token * unit.QueryStride + (long)unit.Head * tokenWidth, parameters.Scale, tokenWidth, Queries + (long)token * tokenWidth);
        }
    }

    /// <summary>Floats from one row of scores to the next: more than a segment, so that rows do not fall on the same cache sets.</summary>
    public static int ScoreStride => AttentionSegment.Tokens + 16;

    /// <summary><c>[rows, HeadSize]</c>, times the factor of the scores.</summary>
    public float* Queries { get; }

    /// <summary>Scores, then weights, of a segment's tokens.</summary>
    public float* Scores { get; }

    /// <summary>Scales of a segment's keys.</summary>
    public float* KeyScales { get; }

    public float* ValueScales { get; }

    public float* Panel { get; }

    /// <summary>Floats from one panel of values to the next.</summary>
    public int PanelStride { get; }

    /// <summary>Tokens whose values are in <see cref="Panel"/> at once.</summary>
    public int ValueTokens { get; }

    /// <summary>What all segments gave so far.</summary>
    public AttentionState Total { get; }

    /// <summary>What one segment gave.</summary>
    public AttentionState Part { get; }

    /// <summary>Floats from one panel of keys to the next: as with <see cref="PanelStride"/>, a row more than there are.</summary>
    public static int KeyPanel(int headSize) => (headSize + 1) * AttentionTiles.TokenLanes;

    private static void Scale(float* x, float factor, int length, float* y)
    {
        int i = 0;
        for (; i + 8 <= length; i += 8)
        {
            (Vector256.Load(x + i) * Vector256.Create(factor)).Store(y + i);
        }

        for (; i < length; i++)
        {
            y[i] = x[i] * factor;
        }
    }
}
