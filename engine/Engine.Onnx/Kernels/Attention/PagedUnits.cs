namespace Engine.Onnx.Kernels.Attention;

/// <summary>The units of a call of paged attention: for every sequence, for every run of its new tokens, for every head of keys and values one.</summary>
internal unsafe struct PagedUnits
{
    /// <summary>Rows that a unit has at least, where there are tokens enough: they share the widening of keys and values.</summary>
    private const int RowsPerUnit = 96;

    public required PagedAttentionCall Call;

    /// <summary>Rotated queries.</summary>
    public required float* Queries;

    public required nint QueryStride;

    /// <summary>Bytes of sixteen tokens' keys of one head.</summary>
    public required int GroupBytes;

    private readonly int TokensPerUnit => Math.Max(16, RowsPerUnit / Call.Parameters.GroupSize);

    public readonly int Count()
    {
        int count = 0;
        for (int sequence = 0; sequence < Call.SequenceCount; sequence++)
        {
            count += CountOf(sequence);
        }

        return count;
    }

    /// <summary>Tokens of the longest unit.</summary>
    public readonly int MostTokens()
    {
        int most = 0;
        for (int sequence = 0; sequence < Call.SequenceCount; sequence++)
        {
            most = Math.Max(most, NewTokens(sequence));
        }

        return Math.Min(most, TokensPerUnit);
    }

    /// <summary>Segments that no unit has more than.</summary>
    public readonly int MostSegments()
    {
        int longest = 1;
        for (int sequence = 0; sequence < Call.SequenceCount; sequence++)
        {
            longest = Math.Max(longest, Call.PastLengths[sequence] + NewTokens(sequence));
        }

        int all = (longest - 1) / AttentionSegment.Tokens + 1;
        long seen = Call.Parameters.Window + (long)TokensPerUnit;
        return Call.Parameters.Window < 1 ? all : (int)Math.Min(all, seen / AttentionSegment.Tokens + 2);
    }

    /// <summary>A unit. Its lists of keys and values are in memory of this thread that the next unit takes.</summary>
    public readonly AttentionUnit Unit(int index) => Unit(index, 0, int.MaxValue / AttentionSegment.Tokens);

    /// <summary>A unit of which only some segments are computed: the lists know only those.</summary>
    /// <param name="index">The unit.</param>
    /// <param name="skipped">Segments before them.</param>
    /// <param name="segments">How many.</param>
    public readonly AttentionUnit Unit(int index, int skipped, int segments)
    {
        AttentionParameters parameters = Call.Parameters;
        int sequence = 0;
        for (int count; index >= (count = CountOf(sequence)); sequence++)
        {
            index -= count;
        }

        int begin = Call.CumulativeLengths[sequence];
        int first = begin + index / parameters.KeyValueHeads * TokensPerUnit;
        int tokens = Math.Min(Call.CumulativeLengths[sequence + 1] - first, TokensPerUnit);
        int position = Call.PastLengths[sequence] + first - begin;
        int groups = (position + tokens - 1) / KeyValueGroup.Tokens + 1;
        byte** keys = (byte**)Scratch.Get<nint>(Scratch.Purpose.Products, 2L * groups);
        nint outputStride = parameters.Heads * parameters.HeadSize;
        AttentionUnit unit = new()
        {
            Parameters = parameters,
            Head = index % parameters.KeyValueHeads,
            Queries = Queries + first * QueryStride,
            QueryStride = QueryStride,
            FirstPosition = position,
            Tokens = tokens,
            Keys = keys,
            Values = keys + groups,
            Output = Call.Output + first * outputStride,
            OutputStride = outputStride,
        };
        const int GroupsPerSegment = AttentionSegment.Tokens / KeyValueGroup.Tokens;
        int firstSegment = unit.FirstSegment + skipped;
        int firstGroup = Math.Max(firstSegment * GroupsPerSegment, parameters.FirstVisible(position) / KeyValueGroup.Tokens);
        int endGroup = (int)Math.Min(groups, ((long)firstSegment + segments) * GroupsPerSegment);
        for (int group = firstGroup; group < endGroup; group++)
        {
            long offset = Call.GroupIndex(sequence, unit.Head, group) * GroupBytes;
            unit.Keys[group] = Call.KeyCache + offset;
            unit.Values[group] = Call.ValueCache + offset;
        }

        return unit;
    }

    private readonly int NewTokens(int sequence) => Call.CumulativeLengths[sequence + 1] - Call.CumulativeLengths[sequence];

    private readonly int CountOf(int sequence) => (NewTokens(sequence) + TokensPerUnit - 1) / TokensPerUnit * Call.Parameters.KeyValueHeads;
}
