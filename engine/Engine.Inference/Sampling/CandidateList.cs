using System.Numerics.Tensors;

namespace Engine.Inference.Sampling;

/// <summary>
/// Tokens that may be chosen, with their logits; a buffer that is used again for every row. An entry is one number: the logit's bits, in the order
/// of floats, above the complement of the id. So sorting numbers sorts by logit and, among equals, puts the lower id first.
/// </summary>
internal sealed class CandidateList(int capacity)
{
    private const int ChunkLength = 128;

    private readonly ulong[] _entries = new ulong[capacity];

    public int Count { get; private set; }

    /// <summary>Keeps the first candidates only.</summary>
    public void Truncate(int count) => Count = count;

    public int IdAt(int index) => (int)~(uint)_entries[index];

    public float LogitAt(int index)
    {
        uint ordered = (uint)(_entries[index] >> 32);
        return BitConverter.UInt32BitsToSingle((ordered & 0x8000_0000) != 0 ? ordered ^ 0x8000_0000 : ~ordered);
    }

    /// <summary>Takes all tokens of at least a logit, unsorted. Whole chunks of smaller ones cost a vectorized look.</summary>
    public void Gather(ReadOnlySpan<float> logits, float minimum)
    {
        Count = 0;
        for (int start = 0; start < logits.Length; start += ChunkLength)
        {
            ReadOnlySpan<float> chunk = logits.Slice(start, Math.Min(ChunkLength, logits.Length - start));
            if (TensorPrimitives.Max(chunk) < minimum)
            {
                continue;
            }

            for (int index = 0; index < chunk.Length; index++)
            {
                if (chunk[index] >= minimum && !float.IsNegativeInfinity(chunk[index]))
                {
                    _entries[Count++] = Entry(chunk[index], start + index);
                }
            }
        }
    }

    /// <summary>Takes the <paramref name="count"/> tokens of the largest logits, the largest first; fewer if fewer are possible.</summary>
    public void GatherTop(ReadOnlySpan<float> logits, int count)
    {
        Count = 0;
        if (count >= logits.Length / 2)
        {
            Gather(logits, float.NegativeInfinity);
            SortDescending();
            Count = Math.Min(Count, count);
            return;
        }

        // Everything above the threshold is collected; a full buffer is cut to the best, whose last raises the threshold.
        int capacity = Math.Min(_entries.Length, Math.Max(2 * count, 64));
        float threshold = float.NegativeInfinity;
        for (int start = 0; start < logits.Length; start += ChunkLength)
        {
            ReadOnlySpan<float> chunk = logits.Slice(start, Math.Min(ChunkLength, logits.Length - start));
            if (TensorPrimitives.Max(chunk) <= threshold)
            {
                continue;
            }

            for (int index = 0; index < chunk.Length; index++)
            {
                if (chunk[index] <= threshold)
                {
                    continue;
                }

                _entries[Count++] = Entry(chunk[index], start + index);
                if (Count == capacity)
                {
                    SortDescending();
                    Count = count;
                    threshold = LogitAt(count - 1);
                }
            }
        }

        SortDescending();
        Count = Math.Min(Count, count);
    }

    /// <summary>Puts the largest logit first, and the lower id among equals.</summary>
    public void SortDescending()
    {
        Span<ulong> entries = _entries.AsSpan(0, Count);
        entries.Sort();
        entries.Reverse();
    }

    /// <summary>Puts the candidates of the smallest keys first.</summary>
    public void SortBy(Span<double> keys) => keys[..Count].Sort(_entries.AsSpan(0, Count));

    // Adding zero makes a positive zero of a negative one, so that the two are equal here as they are as numbers.
    private static ulong Entry(float logit, int id)
    {
        uint bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        uint ordered = (bits & 0x8000_0000) != 0 ? ~bits : bits ^ 0x8000_0000;
        return ((ulong)ordered << 32) | (uint)~id;
    }
}
