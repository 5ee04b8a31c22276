namespace Engine.Onnx.Kernels.Attention;

/// <summary>A unit of attention from its first segment to its last.</summary>
internal static class AttentionRows
{
    public static void Run<TFormat>(in AttentionUnit unit)
        where TFormat : struct, IKeyValueFormat
    {
        AttentionWorkspace work = new(unit);
        work.Total.Clear();
        for (int segment = unit.FirstSegment; segment < unit.EndSegment; segment++)
        {
            AttentionSegment.Run<TFormat>(unit, work, segment, work.Part);
            work.Total.Merge(work.Part);
        }

        work.Total.Finish(unit);
    }
}
