using System.Runtime.CompilerServices;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>Attention of neighbouring tokens of one sequence through one head of keys and values: scores, softmax, weighted values.</summary>
/// <remarks>
/// A row is one query head of one token. It takes two passes over its scores, as a whole: first the largest, then exponentials and their sum in
/// sixteen lanes, token j in lane j mod 16. So its bits depend on its own tokens alone: not on the rows beside it, on how many tokens were
/// computed before, or on where blocks of the cache begin.
/// </remarks>
internal static unsafe class AttentionRows
{
    /// <param name="parameters">The operator's.</param>
    /// <param name="head">The head of keys and values.</param>
    /// <param name="queries">Rotated queries of the tokens, <c>[tokens, Heads, HeadSize]</c>, as strided by <paramref name="queryStride"/>.</param>
    /// <param name="queryStride">Floats from one token to the next.</param>
    /// <param name="firstPosition">Position of the first token in its sequence.</param>
    /// <param name="tokens">Neighbouring tokens to compute.</param>
    /// <param name="keys">For every sixteen tokens of the sequence their keys, <c>[HeadSize, 16]</c>.</param>
    /// <param name="values">For every sixteen tokens of the sequence their values, <c>[16, HeadSize]</c>.</param>
    /// <param name="bias">
    /// Added to the scores of head 0 of the group: a row for every token of <paramref name="biasStride"/> floats, from token 0 of the sequence; null for none.
    /// </param>
    /// <param name="biasStride">Floats from one token's row of the bias to the next.</param>
    /// <param name="biasHeadStride">Floats from one head of the bias to the next; 0 when all heads share it.</param>
    /// <param name="output">Receives <c>[tokens, Heads, HeadSize]</c>.</param>
    /// <param name="outputStride">Floats from one token to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TElement>(
        in AttentionParameters parameters, int head, float* queries, nint queryStride, int firstPosition, int tokens,
        byte** keys, byte** values, float* bias, nint biasStride, nint biasHeadStride, float* output, nint outputStride)
        where TElement : struct, IStoredElement
    {
        int group = parameters.GroupSize;
        int headSize = parameters.HeadSize;
        int lastPosition = firstPosition + tokens - 1;
        int longest = (lastPosition / AttentionTiles.TokenLanes + 1) * AttentionTiles.TokenLanes;
        float* scores = Scratch.Get<float>(Scratch.Purpose.Scores, (long)longest * AttentionTiles.MaximumRows);
        float* packed = Scratch.Get<float>(Scratch.Purpose.Panel, (long)headSize * AttentionTiles.MaximumRows * 2);
        float* sums = packed + (long)headSize * AttentionTiles.MaximumRows;
        int rows = tokens * group;
        for (int row = 0; row < rows;)
        {
            int tileRows = AttentionTiles.NextTile(rows - row);
            int used = Math.Min(tileRows, rows - row);
            int tileFirst = firstPosition + row / group;
            int tileLast = firstPosition + (row + used - 1) / group;
            int firstBlock = parameters.FirstVisible(tileFirst) / AttentionTiles.TokenLanes;
            int lastBlock = tileLast / AttentionTiles.TokenLanes;
            nint stride = (lastBlock - firstBlock + 1) * AttentionTiles.TokenLanes;

            for (int i = 0; i < tileRows; i++)
            {
                // A row too many repeats the last one.
                int source = Math.Min(row + i, rows - 1);
                float* query = queries + source / group * queryStride + (long)(head * group + source % group) * headSize;
                for (int d = 0; d < headSize; d++)
                {
                    packed[d * tileRows + i] = query[d];
                }
            }

            for (int block = firstBlock; block <= lastBlock; block++)
            {
                AttentionTiles.Scores<TElement>(tileRows, packed, keys[block], headSize, parameters.Scale, scores + (block - firstBlock) * AttentionTiles.TokenLanes, stride);
            }

            int origin = firstBlock * AttentionTiles.TokenLanes;
            for (int i = 0; i < used; i++)
            {
                int token = (row + i) / group;
                int queryHead = head * group + (row + i) % group;
                float* rowBias = bias is null ? null : bias + token * biasStride + queryHead * biasHeadStride + origin;
                float factor = Weigh(parameters, queryHead, firstPosition + token, origin, (int)stride, rowBias, scores + i * stride);
                sums[i] = factor;
            }

            float* target = Scratch.Get<float>(Scratch.Purpose.Rows, (long)headSize * AttentionTiles.MaximumRows);
            new Span<float>(target, headSize * tileRows).Clear();
            AddValues<TElement>(parameters, row, used, tileRows, firstPosition, scores, stride, origin, values, target);
            for (int i = 0; i < used; i++)
            {
                float* to = output + (row + i) / group * outputStride + (long)(head * group + (row + i) % group) * headSize;
                for (int d = 0; d < headSize; d++)
                {
                    to[d] = target[i * headSize + d] * sums[i];
                }
            }

            row += used;
        }
    }

    /// <summary>
    /// Scores of a row to e^(score - largest), zero for tokens that it does not see; returns 1 / their sum. Reads no score of such a token.
    /// </summary>
    private static float Weigh(in AttentionParameters parameters, int queryHead, int position, int origin, int length, float* bias, float* scores)
    {
        int first = parameters.FirstVisible(position) - origin;
        int end = position + 1 - origin;
        for (int i = 0; i < first; i++)
        {
            scores[i] = float.NegativeInfinity;
        }

        for (int i = end; i < length; i++)
        {
            scores[i] = float.NegativeInfinity;
        }

        if (parameters.SoftCap > 0)
        {
            Cap(scores + first, end - first, parameters.SoftCap);
        }

        if (bias is not null)
        {
            for (int i = first; i < end; i++)
            {
                scores[i] += bias[i];
            }
        }

        float max = Softmax.Maximum(scores, length);
        bool hasSink = parameters.Sinks is not null || parameters.SmoothSoftmax;
        float sink = parameters.Sinks is not null ? parameters.Sinks[queryHead] : 0;
        if (hasSink)
        {
            max = Math.Max(max, sink);
        }

        if (float.IsNegativeInfinity(max))
        {
            // A bias hides every token: no weight at all.
            new Span<float>(scores, length).Clear();
            return 0;
        }

        float sum = Softmax.Exponentials(scores, length, max, scores);
        if (hasSink)
        {
            float difference = sink - max;
            Elementwise.Exp(&difference, 1, &difference);
            sum += difference;
        }

        return 1 / sum;
    }

    private static void Cap(float* scores, int count, float cap)
    {
        for (int i = 0; i < count; i++)
        {
            scores[i] /= cap;
        }

        Elementwise.Tanh(scores, count, scores);
        for (int i = 0; i < count; i++)
        {
            scores[i] *= cap;
        }
    }

    /// <summary>
    /// Weighted values. Tokens that all rows of the tile see go through the tile; the few at the end that only later rows see, row by row: a
    /// weight of zero times a value is not nothing (a NaN stays one, and -0 becomes 0).
    /// </summary>
    private static void AddValues<TElement>(
        in AttentionParameters parameters, int row, int used, int tileRows, int firstPosition,
        float* weights, nint stride, int origin, byte** values, float* target)
        where TElement : struct, IStoredElement
    {
        int group = parameters.GroupSize;
        int tileFirst = firstPosition + row / group;
        int tileLast = firstPosition + (row + used - 1) / group;
        int sharedFirst = parameters.FirstVisible(tileLast);
        int sharedEnd = tileFirst + 1;
        if (sharedFirst >= sharedEnd)
        {
            for (int i = 0; i < used; i++)
            {
                int own = firstPosition + (row + i) / group;
                AddRange<TElement>(parameters, 1, weights + i * stride, stride, origin, parameters.FirstVisible(own), own + 1, values, target + i * parameters.HeadSize);
            }

            return;
        }

        for (int i = 0; i < used; i++)
        {
            int first = parameters.FirstVisible(firstPosition + (row + i) / group);
            AddRange<TElement>(parameters, 1, weights + i * stride, stride, origin, first, sharedFirst, values, target + i * parameters.HeadSize);
        }

        AddRange<TElement>(parameters, tileRows, weights, stride, origin, sharedFirst, sharedEnd, values, target);
        for (int i = 0; i < used; i++)
        {
            int end = firstPosition + (row + i) / group + 1;
            AddRange<TElement>(parameters, 1, weights + i * stride, stride, origin, sharedEnd, end, values, target + i * parameters.HeadSize);
        }
    }

    /// <summary>Tokens from <paramref name="first"/> to <paramref name="end"/>, for a tile of rows that all see them.</summary>
    private static void AddRange<TElement>(
        in AttentionParameters parameters, int tileRows, float* weights, nint stride, int origin, int first, int end, byte** values, float* target)
        where TElement : struct, IStoredElement
    {
        int headSize = parameters.HeadSize;
        nint valueStride = headSize * TElement.Size;
        int whole = headSize & ~15;
        for (int token = first; token < end;)
        {
            int lane = token % AttentionTiles.TokenLanes;
            int count = Math.Min(AttentionTiles.TokenLanes - lane, end - token);
            byte* source = values[token / AttentionTiles.TokenLanes] + lane * valueStride;
            float* weight = weights + (token - origin);
            for (int d = 0; d < whole; d += 16)
            {
                AttentionTiles.Values<TElement>(tileRows, weight, stride, source + d * TElement.Size, valueStride, count, target + d, headSize);
            }

            for (int i = 0; i < tileRows; i++)
            {
                for (int d = whole; d < headSize; d++)
                {
                    AttentionTiles.ValueElement<TElement>(weight + i * stride, source + d * TElement.Size, valueStride, count, target + i * headSize + d);
                }
            }

            token += count;
        }
    }
}
