using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>Causal attention over a cache in blocks: writes the new keys and values, then computes every new token.</summary>
internal static unsafe class PagedAttention
{
    /// <summary>New tokens below which sharing out the storing costs more than it gives.</summary>
    private const int ParallelStoring = 16;

    /// <summary>Units for each thread below which the segments of units are shared out too.</summary>
    private const int UnitsPerThread = 4;

    /// <summary>Floats that the results of segments may take before they are merged.</summary>
    private const long MostPartFloats = 1 << 24;

    /// <param name="pool">Threads to use.</param>
    /// <param name="call">The operands; sizes and block numbers have been checked.</param>
    public static void Run<TFormat>(WorkerPool pool, in PagedAttentionCall call)
        where TFormat : struct, IKeyValueFormat
    {
        AttentionParameters parameters = call.Parameters;
        bool prepares = !call.Rotary.IsEmpty || call.QueryNorm is not null;
        float* prepared = prepares ? Scratch.Get<float>(Scratch.Purpose.Activations, (long)call.TokenCount * parameters.Heads * parameters.HeadSize) : null;
        PagedStoring<TFormat> storing = new() { Call = call, Prepared = prepared };
        if (call.TokenCount < ParallelStoring)
        {
            storing.Store(0, call.TokenCount);
        }
        else
        {
            pool.Run(storing.ChunkCount, ref storing);
        }

        PagedUnits units = new()
        {
            Call = call,
            Queries = prepares ? prepared : call.Queries,
            QueryStride = prepares ? parameters.Heads * parameters.HeadSize : call.QueryStride,
            GroupBytes = KeyValueGroup.Bytes<TFormat>(parameters.HeadSize),
        };
        int unitCount = units.Count();
        int segments = units.MostSegments();
        int slot = AttentionState.Size(units.MostTokens() * parameters.GroupSize, parameters.HeadSize);
        bool splits = segments > 1 && pool.ThreadCount > 1 && unitCount < pool.ThreadCount * UnitsPerThread && (long)unitCount * segments * slot <= MostPartFloats;
        if (!splits)
        {
            WholeBody<TFormat> whole = new() { Units = units, Count = unitCount };
            pool.Run(unitCount, ref whole);
            return;
        }

        float* memory = Scratch.Get<float>(Scratch.Purpose.Parts, (long)unitCount * segments * slot);
        SegmentBody<TFormat> parts = new() { Units = units, Segments = segments, Slot = slot, Parts = memory };
        pool.Run(unitCount * segments, ref parts);
        for (int unit = 0; unit < unitCount; unit++)
        {
            parts.Merge(unit);
        }
    }

    /// <summary>A chunk is a unit.</summary>
    private struct WholeBody<TFormat> : IParallelBody
        where TFormat : struct, IKeyValueFormat
    {
        public PagedUnits Units;
        public int Count;

        // The last first: they see most, and so are better not begun at the end.
        public readonly void Run(int chunk, int worker) => AttentionRows.Run<TFormat>(Units.Unit(Count - 1 - chunk));
    }

    /// <summary>A chunk is a segment of a unit. What it gives is merged afterwards, in the segments' order.</summary>
    private struct SegmentBody<TFormat> : IParallelBody
        where TFormat : struct, IKeyValueFormat
    {
        public PagedUnits Units;
        public int Segments;
        public int Slot;
        public float* Parts;

        public readonly void Run(int chunk, int worker)
        {
            AttentionUnit unit = Units.Unit(chunk / Segments, chunk % Segments, 1);
            int segment = unit.FirstSegment + chunk % Segments;
            if (segment < unit.EndSegment)
            {
                AttentionSegment.Run<TFormat>(unit, new AttentionWorkspace(unit), segment, Part(unit, chunk));
            }
        }

        public readonly void Merge(int index)
        {
            AttentionUnit unit = Units.Unit(index, 0, 0);
            AttentionState total = new AttentionWorkspace(unit).Total;
            total.Clear();
            for (int segment = unit.FirstSegment; segment < unit.EndSegment; segment++)
            {
                total.Merge(Part(unit, index * Segments + segment - unit.FirstSegment));
            }

            total.Finish(unit);
        }

        private readonly AttentionState Part(in AttentionUnit unit, int chunk) => new(Parts + (long)chunk * Slot, unit.Rows, unit.Parameters.HeadSize);
    }
}
