using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.Rewriting;

/// <summary>
/// For each operator that decoders use, by which axis and pattern it computes a token's rows from that token's rows alone. An operator or pattern
/// that is not here is taken to mix tokens: running one sequence at a time is always right, this is only ever faster.
/// </summary>
internal static class RowWiseRules
{
    private static readonly HashSet<string> Elementwise =
    [
        "Abs", "Add", "And", "BiasGelu", "Cast", "CastLike", "Ceil", "Clip", "Cos", "Div", "Elu", "Equal", "Erf", "Exp", "FastGelu", "Floor", "Gelu", "Greater",
        "GreaterOrEqual", "HardSigmoid", "HardSwish", "Identity", "IsInf", "IsNaN", "LeakyRelu", "Less", "LessOrEqual", "Log", "Max", "Min", "Mish", "Mod", "Mul",
        "Neg", "Not", "Or", "Pow", "QuickGelu", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Softplus", "Softsign", "Sqrt", "Sub", "Swish",
        "Tanh", "Where", "Xor",
    ];

    /// <summary>What a node makes of its inputs.</summary>
    /// <param name="node">The node.</param>
    /// <param name="rowsOf">What is known of a value; null for one that is the same whatever the tokens are.</param>
    /// <returns>One entry for each output that is there; null when the node is not known to compute tokens on their own.</returns>
    public static TokenRows?[]? Apply(Node node, Func<Value, TokenRows?> rowsOf)
    {
        TokenRows? first = node.Input(0) is { } value ? rowsOf(value) : null;
        if (node.Domain is not ("" or "com.microsoft"))
        {
            return null;
        }

        TokenRows? result = node.OperatorType switch
        {
            _ when Elementwise.Contains(node.OperatorType) => Broadcast(node, rowsOf),
            "Gather" => Gather(node, first, rowsOf),
            "GatherBlockQuantized" => GatherBlockQuantized(node, rowsOf),
            "MatMul" => MatMul(node, first, rowsOf),
            "MatMulNBits" or "MatMulBnb4" => OnlyFirst(node, rowsOf) && first!.Axis < first.Rank - 1 ? first.WithLast(node.Attributes.Int("N")) : null,
            "SimplifiedLayerNormalization" or "RMSNormalization" or "LayerNormalization" => Normalization(node, first, rowsOf),
            "Softmax" or "LogSoftmax" or "LpNormalization" => Along(node, first),
            "Reshape" => Reshape(node, first),
            "Transpose" => Transpose(node, first),
            "Unsqueeze" => Unsqueeze(node, first),
            "Squeeze" => Squeeze(node, first),
            "Slice" => Slice(node, first),
            "Concat" => Concat(node, rowsOf),
            "RotaryEmbedding" when node.Domain.Length > 0 => RotaryEmbedding(node, first, rowsOf),
            "QMoE" or "MoE" => MixtureOfExperts(node, first, rowsOf),
            _ => null,
        };
        return node.OperatorType switch
        {
            "Split" => Split(node, first),
            "SkipSimplifiedLayerNormalization" or "SkipLayerNormalization" => SkipNormalization(node, first, rowsOf),
            _ => result is null || node.Outputs.Skip(1).Any(output => output is not null) ? null : [result],
        };
    }

    private static TokenRows? Broadcast(Node node, Func<Value, TokenRows?> rowsOf)
    {
        Value[] inputs = [.. node.Inputs.OfType<Value>()];
        int rank = inputs.Max(input => rowsOf(input)?.Rank ?? input.Constant?.Shape.Rank ?? 0);
        long[] sizes = new long[rank];
        Array.Fill(sizes, 1);
        int axis = -1;
        foreach (Value input in inputs)
        {
            if (rowsOf(input) is not { } rows)
            {
                continue;
            }

            int aligned = rows.Axis + rank - rows.Rank;
            if (axis >= 0 && (aligned != axis || rows.Dimensions[rows.Axis] != sizes[axis]))
            {
                return null;
            }

            axis = aligned;
            sizes[axis] = rows.Dimensions[rows.Axis];
        }

        foreach (Value input in inputs)
        {
            TokenRows? rows = rowsOf(input);
            long[]? dimensions = rows?.Dimensions ?? SizesOf(input.Constant);
            if (dimensions is null)
            {
                return null;
            }

            for (int i = 0; i < dimensions.Length; i++)
            {
                int aligned = i + rank - dimensions.Length;
                bool fits = aligned == axis ? rows is not null || dimensions[i] == 1 : dimensions[i] == 1 || sizes[aligned] == 1 || sizes[aligned] == dimensions[i];
                if (!fits)
                {
                    return null;
                }

                sizes[aligned] = aligned == axis ? sizes[aligned] : Math.Max(sizes[aligned], dimensions[i]);
            }
        }

        return new TokenRows(sizes, axis);
    }

    private static TokenRows? Gather(Node node, TokenRows? data, Func<Value, TokenRows?> rowsOf)
    {
        long axis = node.Attributes.Int("axis", 0);
        if (data is null)
        {
            if (SizesOf(node.Input(0)?.Constant) is not { Length: > 0 } sizes || node.Input(1) is not { } indices || rowsOf(indices) is not { } rows || axis != 0)
            {
                return null;
            }

            return new TokenRows([.. rows.Dimensions, .. sizes[1..]], rows.Axis);
        }

        int at = data.AxisOf(axis);
        return at < 0 || at == data.Axis || SizesOf(node.Input(1)?.Constant) is not { } picked ? null
            : new TokenRows([.. data.Dimensions[..at], .. picked, .. data.Dimensions[(at + 1)..]], at < data.Axis ? data.Axis + picked.Length - 1 : data.Axis);
    }

    private static TokenRows? GatherBlockQuantized(Node node, Func<Value, TokenRows?> rowsOf)
    {
        if (node.Input(0)?.Constant is not { Shape.Rank: 2 } data || node.Input(1) is not { } indices || rowsOf(indices) is not { } rows
            || node.Attributes.Int("gather_axis", 0) != 0 || node.Inputs.Skip(2).Any(input => input is { Constant: null }))
        {
            return null;
        }

        long width = data.ElementType == ElementType.UInt8 ? data.Shape[1] * 8L / Math.Max(1, node.Attributes.Int("bits", 4)) : data.Shape[1];
        return new TokenRows([.. rows.Dimensions, width], rows.Axis);
    }

    private static TokenRows? MatMul(Node node, TokenRows? left, Func<Value, TokenRows?> rowsOf) =>
        OnlyFirst(node, rowsOf) && left!.Rank >= 2 && left.Axis < left.Rank - 1 && node.Input(1)!.Constant is { Shape.Rank: 2 } right
            ? left.WithLast(right.Shape[1])
            : null;

    private static TokenRows? Normalization(Node node, TokenRows? rows, Func<Value, TokenRows?> rowsOf)
    {
        if (!OnlyFirst(node, rowsOf))
        {
            return null;
        }

        int axis = rows!.AxisOf(node.Attributes.Int("axis", -1));
        return axis > rows.Axis ? rows : null;
    }

    private static TokenRows?[]? SkipNormalization(Node node, TokenRows? rows, Func<Value, TokenRows?> rowsOf)
    {
        bool fits = rows is not null && rows.Axis < rows.Rank - 1 && node.Input(1) is { } skip && rowsOf(skip) is { } other && other.Axis == rows.Axis
            && other.Dimensions.AsSpan().SequenceEqual(rows.Dimensions) && node.Inputs.Skip(2).All(input => input is null or { Constant: not null })
            && node.Output(1) is null && node.Output(2) is null;
        return fits ? [rows, null, null, rows] : null;
    }

    private static TokenRows? Along(Node node, TokenRows? rows) =>
        rows is not null && node.OpsetVersion >= 13 && rows.AxisOf(node.Attributes.Int("axis", -1)) is int axis and >= 0 && axis != rows.Axis ? rows : null;

    // The tokens' dimension of the result is the one that is copied from theirs, or the one left to be inferred.
    private static TokenRows? Reshape(Node node, TokenRows? rows)
    {
        if (rows is not { IsContiguous: true } || node.Attributes.Flag("allowzero") || IntegersOf(node.Input(1)?.Constant) is not { } target)
        {
            return null;
        }

        int inferred = Array.IndexOf(target, -1);
        int axis = rows.Axis < target.Length && target[rows.Axis] == 0 ? rows.Axis : inferred;
        if (axis < 0)
        {
            return null;
        }

        long[] sizes = new long[target.Length];
        long others = 1;
        for (int i = 0; i < target.Length; i++)
        {
            sizes[i] = target[i] == 0 && i < rows.Rank ? rows.Dimensions[i] : target[i];
            others *= i == axis || i == inferred ? 1 : sizes[i];
        }

        long copied = axis == inferred ? 1 : sizes[axis];
        if (others * copied <= 0 || rows.Count % (others * copied) != 0)
        {
            return null;
        }

        if (inferred >= 0)
        {
            sizes[inferred] = rows.Count / (others * copied);
        }

        TokenRows result = new(sizes, axis);
        return result.IsContiguous && result.Count == rows.Count ? result : null;
    }

    private static TokenRows? Transpose(Node node, TokenRows? rows)
    {
        long[]? order = node.Attributes.Ints("perm");
        return rows is null || order is null || order.Length != rows.Rank || !order.Order().SequenceEqual(Enumerable.Range(0, rows.Rank).Select(i => (long)i)) ? null
            : new TokenRows([.. order.Select(from => rows.Dimensions[from])], Array.IndexOf(order, rows.Axis));
    }

    private static TokenRows? Unsqueeze(Node node, TokenRows? rows)
    {
        if (rows is null || AxesOf(node) is not { } axes)
        {
            return null;
        }

        int rank = rows.Rank + axes.Length;
        HashSet<long> added = [.. axes.Select(axis => axis < 0 ? axis + rank : axis)];
        Queue<int> kept = new(Enumerable.Range(0, rows.Rank));
        long[] sizes = new long[rank];
        int tokens = -1;
        for (int i = 0; i < rank; i++)
        {
            if (added.Contains(i) || kept.Count == 0)
            {
                sizes[i] = 1;
                continue;
            }

            int from = kept.Dequeue();
            sizes[i] = rows.Dimensions[from];
            tokens = from == rows.Axis ? i : tokens;
        }

        return tokens < 0 || kept.Count > 0 ? null : new TokenRows(sizes, tokens);
    }

    private static TokenRows? Squeeze(Node node, TokenRows? rows)
    {
        if (rows is null || AxesOf(node) is not { } axes)
        {
            return null;
        }

        HashSet<int> removed = [.. axes.Select(rows.AxisOf)];
        if (removed.Contains(-1) || removed.Contains(rows.Axis) || removed.Any(axis => rows.Dimensions[axis] != 1))
        {
            return null;
        }

        return new TokenRows([.. rows.Dimensions.Where((_, i) => !removed.Contains(i))], rows.Axis - removed.Count(axis => axis < rows.Axis));
    }

    private static TokenRows? Slice(Node node, TokenRows? rows)
    {
        if (rows is null || IntegersOf(node.Input(1)?.Constant) is not { } starts || IntegersOf(node.Input(2)?.Constant) is not { } ends
            || IntegersOf(node.Input(3)?.Constant) is not { } axes || axes.Length != starts.Length || axes.Length != ends.Length
            || (node.Input(4) is { } steps && (IntegersOf(steps.Constant) is not { } each || each.Any(step => step != 1))))
        {
            return null;
        }

        long[] sizes = [.. rows.Dimensions];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = rows.AxisOf(axes[i]);
            if (axis < 0 || axis == rows.Axis)
            {
                return null;
            }

            long size = rows.Dimensions[axis];
            long start = Math.Clamp(starts[i] < 0 ? starts[i] + size : starts[i], 0, size);
            long end = Math.Clamp(ends[i] < 0 ? ends[i] + size : ends[i], 0, size);
            sizes[axis] = Math.Max(0, end - start);
        }

        return new TokenRows(sizes, rows.Axis);
    }

    private static TokenRows? Concat(Node node, Func<Value, TokenRows?> rowsOf)
    {
        TokenRows?[] parts = [.. node.Inputs.Select(input => input is null ? null : rowsOf(input))];
        if (parts[0] is not { } first || first.AxisOf(node.Attributes.Int("axis", 0)) is not (int axis and >= 0) || axis == first.Axis)
        {
            return null;
        }

        long total = 0;
        foreach (TokenRows? part in parts)
        {
            if (part is null || part.Axis != first.Axis || part.Rank != first.Rank || part.Dimensions.Where((size, i) => i != axis && size != first.Dimensions[i]).Any())
            {
                return null;
            }

            total += part.Dimensions[axis];
        }

        long[] sizes = [.. first.Dimensions];
        sizes[axis] = total;
        return new TokenRows(sizes, first.Axis);
    }

    private static TokenRows?[]? Split(Node node, TokenRows? rows)
    {
        if (rows is null || rows.AxisOf(node.Attributes.Int("axis", 0)) is not (int axis and >= 0) || axis == rows.Axis)
        {
            return null;
        }

        int count = node.Outputs.Count;
        long[] parts = (node.Input(1) is { } split ? IntegersOf(split.Constant) : node.Attributes.Ints("split")) ?? [];
        if (parts.Length == 0 && node.Input(1) is null && rows.Dimensions[axis] % count == 0)
        {
            parts = [.. Enumerable.Repeat(rows.Dimensions[axis] / count, count)];
        }

        return parts.Length != count ? null : [.. parts.Select(size =>
        {
            long[] sizes = [.. rows.Dimensions];
            sizes[axis] = size;
            return new TokenRows(sizes, rows.Axis);
        })];
    }

    private static TokenRows? RotaryEmbedding(Node node, TokenRows? rows, Func<Value, TokenRows?> rowsOf)
    {
        bool fits = rows is not null && node.Input(1) is { } positions && rowsOf(positions) is { IsPlain: true, Rank: 2 } && node.Input(2)?.Constant is not null
            && node.Input(3)?.Constant is not null && rows.Dimensions[rows.Axis] == 1 && rows.Dimensions[0] == 1
            && ((rows.Rank == 3 && rows.Axis == 1) || (rows.Rank == 4 && rows.Axis == 2));
        return fits ? rows : null;
    }

    private static TokenRows? MixtureOfExperts(Node node, TokenRows? rows, Func<Value, TokenRows?> rowsOf)
    {
        bool fits = rows is { IsContiguous: true } && rows.Axis == rows.Rank - 2 && rows.Dimensions[rows.Axis] == 1 && node.Input(1) is { } router
            && rowsOf(router) is { Rank: 2, Axis: 0 } weights && weights.Dimensions[0] == 1 && node.Inputs.Skip(2).All(input => input is null or { Constant: not null });
        return fits ? rows : null;
    }

    // Rows come in by the first input only; the others are constants.
    private static bool OnlyFirst(Node node, Func<Value, TokenRows?> rowsOf) =>
        node.Input(0) is { } first && rowsOf(first) is not null && node.Inputs.Skip(1).All(input => input is null or { Constant: not null });

    private static long[]? AxesOf(Node node) => node.Input(1) is { } axes ? IntegersOf(axes.Constant) : node.Attributes.Ints("axes");

    private static long[]? SizesOf(Tensor? tensor) => tensor is null ? null : [.. tensor.Shape.Dimensions.ToArray().Select(size => (long)size)];

    private static long[]? IntegersOf(Tensor? tensor) => tensor?.ElementType switch
    {
        ElementType.Int64 => tensor.AsReadOnlySpan<long>().ToArray(),
        ElementType.Int32 => [.. tensor.AsReadOnlySpan<int>().ToArray().Select(value => (long)value)],
        _ => null,
    };
}
