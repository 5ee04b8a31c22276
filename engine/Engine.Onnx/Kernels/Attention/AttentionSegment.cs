namespace Engine.Onnx.Kernels.Attention;

/// <summary>
/// What a unit sees of one segment of its sequence: scores, softmax within the segment, weighted values. Segments begin at fixed positions, and a row's
/// arithmetic knows only its own tokens, so its bits do not depend on the rows beside it, on how a prompt was cut, or on which thread took which segment.
/// </summary>
internal static unsafe class AttentionSegment
{
    /// <summary>Tokens of a segment.</summary>
    public const int Tokens = 256;

    /// <param name="unit">The unit.</param>
    /// <param name="work">Its memory.</param>
    /// <param name="segment">The segment's number from the start of the sequence.</param>
    /// <param name="state">Receives what the segment gives.</param>
    public static void Run<TFormat>(in AttentionUnit unit, in AttentionWorkspace work, int segment, in AttentionState state)
        where TFormat : struct, IKeyValueFormat
    {
        int origin = segment * Tokens;
        int firstGroup = Math.Max(origin, unit.Parameters.FirstVisible(unit.FirstPosition)) / KeyValueGroup.Tokens;
        int end = Math.Min(origin + Tokens, unit.LastPosition + 1);
        AddScores<TFormat>(unit, work, origin, firstGroup, end);
        for (int row = 0; row < unit.Rows; row++)
        {
            Weigh<TFormat>(unit, work, origin, row, state);
        }

        AddValues<TFormat>(unit, work, origin, firstGroup, end, state);
    }

    private static void AddScores<TFormat>(in AttentionUnit unit, in AttentionWorkspace work, int origin, int firstGroup, int end)
        where TFormat : struct, IKeyValueFormat
    {
        int headSize = unit.Parameters.HeadSize;
        int rows = unit.Rows;
        int endGroup = (end - 1) / KeyValueGroup.Tokens + 1;
        for (int group = firstGroup; group < endGroup; group += 2)
        {
            // Two groups at a time: tiles of few rows want them so.
            bool pair = group + 1 < endGroup;
            byte* first = unit.Keys[group];
            byte* second = pair ? unit.Keys[group + 1] : unit.Values[firstGroup];
            byte* next = group + 2 < endGroup ? unit.Keys[group + 2] : unit.Values[firstGroup];
            float* panel = AttentionPanels.Keys<TFormat>(first, second, headSize, work.Panel);
            float* secondPanel = pair ? AttentionPanels.Keys<TFormat>(second, next, headSize, work.Panel + AttentionWorkspace.KeyPanel(headSize)) : null;
            int column = group * KeyValueGroup.Tokens - origin;
            for (int row = 0, tile; row < rows; row += tile)
            {
                tile = AttentionTiles.NextTile(rows - row);
                float* scores = work.Scores + (long)row * AttentionWorkspace.ScoreStride + column;
                AttentionTiles.Multiply(tile, work.Queries + (long)row * headSize, headSize, panel, secondPanel, headSize, adds: false, scores, AttentionWorkspace.ScoreStride);
            }
        }

        for (int group = firstGroup; TFormat.HasScales && group < endGroup; group++)
        {
            int column = group * KeyValueGroup.Tokens - origin;
            CopyScales(KeyValueGroup.Scales<TFormat>(unit.Keys[group], headSize), work.KeyScales + column);
            CopyScales(KeyValueGroup.Scales<TFormat>(unit.Values[group], headSize), work.ValueScales + column);
        }
    }

    private static void CopyScales(float* scales, float* target) => new ReadOnlySpan<float>(scales, KeyValueGroup.Tokens).CopyTo(new Span<float>(target, KeyValueGroup.Tokens));

    /// <summary>A row's scores to its weights, e^(score - largest), and their sum in sixteen lanes, token j in lane j mod 16. Scores of tokens it does not see count for nothing.</summary>
    private static void Weigh<TFormat>(in AttentionUnit unit, in AttentionWorkspace work, int origin, int row, in AttentionState state)
        where TFormat : struct, IKeyValueFormat
    {
        AttentionParameters parameters = unit.Parameters;
        int position = unit.Position(row);
        int first = Math.Max(0, parameters.FirstVisible(position) - origin);
        int end = Math.Min(Tokens, position + 1 - origin);
        int low = first & ~15;
        int count = ((end + 15) & ~15) - low;
        float* scores = work.Scores + (long)row * AttentionWorkspace.ScoreStride;
        float max = float.NegativeInfinity;
        if (first < end)
        {
            if (TFormat.HasScales)
            {
                Elementwise.Multiply(scores + low, work.KeyScales + low, count, scores + low);
            }

            if (parameters.SoftCap > 0)
            {
                Elementwise.SoftCap(scores + low, parameters.SoftCap, count, scores + low);
            }

            if (unit.Bias is not null)
            {
                float* bias = unit.Bias + row / parameters.GroupSize * unit.BiasStride + unit.QueryHead(row) * unit.BiasHeadStride + origin;
                Elementwise.Add(scores + first, bias + first, null, end - first, scores + first);
            }

            new Span<float>(scores + low, first - low).Fill(float.NegativeInfinity);
            new Span<float>(scores + end, low + count - end).Fill(float.NegativeInfinity);
            max = Softmax.Maximum(scores + low, count);
        }

        state.Maxima[row] = max;
        if (float.IsNegativeInfinity(max))
        {
            // Nothing here for this row, or a bias hides it all; the state's merging leaves it out.
            state.Sums[row] = 0;
            if (first < end)
            {
                new Span<float>(scores + low, count).Clear();
            }

            return;
        }

        state.Sums[row] = Softmax.Exponentials(scores + low, count, max, scores + low);
        if (TFormat.HasScales)
        {
            Elementwise.Multiply(scores + low, work.ValueScales + low, count, scores + low);
        }
    }

    private static void AddValues<TFormat>(in AttentionUnit unit, in AttentionWorkspace work, int origin, int firstGroup, int end, in AttentionState state)
        where TFormat : struct, IKeyValueFormat
    {
        int rows = unit.Rows;
        int headSize = unit.Parameters.HeadSize;
        nint panelStride = work.PanelStride;
        new Span<float>(state.Outputs, rows * state.Width).Clear();
        for (int begin = firstGroup * KeyValueGroup.Tokens; begin < end; begin += work.ValueTokens)
        {
            int stop = Math.Min(end, begin + work.ValueTokens);
            for (int token = begin; token < stop; token += KeyValueGroup.Tokens)
            {
                int group = token / KeyValueGroup.Tokens;
                byte* source = unit.Values[group];
                byte* next = token + KeyValueGroup.Tokens < end ? unit.Values[group + 1] : source;
                AttentionPanels.Values<TFormat>(source, next, Math.Min(KeyValueGroup.Tokens, end - token), headSize, work.Panel + (long)(token - begin) * AttentionTiles.TokenLanes, panelStride);
            }

            ValueSpan span = new() { Weights = work.Scores - origin, Panel = work.Panel, Begin = begin, End = stop };
            for (int column = 0; column < state.Width; column += 2 * AttentionTiles.TokenLanes)
            {
                span.SecondPanel = column + AttentionTiles.TokenLanes < state.Width ? span.Panel + panelStride : null;
                for (int row = 0, tile; row < rows; row += tile)
                {
                    tile = AttentionTiles.NextTile(rows - row);
                    AddTile(unit, span, row, tile, state.Outputs + column, state.Width);
                }

                span.Panel += 2 * panelStride;
            }
        }
    }

    /// <summary>
    /// Weighted values for a tile of rows. Tokens that all of them see go through the tile; the few at the ends that only some see, row by row: a weight of
    /// zero times a value is not nothing (a NaN stays one, and -0 becomes 0).
    /// </summary>
    private static void AddTile(in AttentionUnit unit, in ValueSpan span, int row, int tile, float* output, nint width)
    {
        AttentionParameters parameters = unit.Parameters;
        int firstPosition = unit.Position(row);
        int lastPosition = unit.Position(row + tile - 1);
        int sharedFirst = Math.Clamp(parameters.FirstVisible(lastPosition), span.Begin, span.End);
        int sharedEnd = Math.Clamp(firstPosition + 1, sharedFirst, span.End);
        if (firstPosition == lastPosition)
        {
            AddRange(span, row, tile, sharedFirst, sharedEnd, output, width);
            return;
        }

        for (int i = row; i < row + tile; i++)
        {
            int position = unit.Position(i);
            AddRange(span, i, 1, Math.Max(span.Begin, parameters.FirstVisible(position)), Math.Min(sharedFirst, position + 1), output, width);
        }

        AddRange(span, row, tile, sharedFirst, sharedEnd, output, width);
        for (int i = row; i < row + tile; i++)
        {
            int position = unit.Position(i);
            AddRange(span, i, 1, Math.Max(sharedEnd, parameters.FirstVisible(position)), Math.Min(span.End, position + 1), output, width);
        }
    }

    private static void AddRange(in ValueSpan span, int row, int tile, int first, int end, float* output, nint width)
    {
        if (first < end)
        {
            long offset = (long)(first - span.Begin) * AttentionTiles.TokenLanes;
            AttentionTiles.Multiply(
                tile,
                span.Weights + (long)row * AttentionWorkspace.ScoreStride + first,
                AttentionWorkspace.ScoreStride,
                span.Panel + offset,
                span.SecondPanel is null ? null : span.SecondPanel + offset,
                end - first,
                adds: true,
                output + row * width,
                width);
        }
    }

    /// <summary>Tokens whose values are in panels.</summary>
    private struct ValueSpan
    {
        /// <summary>Weights of row 0, from where token 0 of the sequence would be.</summary>
        public required float* Weights;

        /// <summary>Sixteen elements of each token.</summary>
        public required float* Panel;

        /// <summary>The next sixteen; null where there are none.</summary>
        public float* SecondPanel;

        public required int Begin;

        public required int End;
    }
}
