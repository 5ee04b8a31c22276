namespace Engine.OnnxRuntime.Devices;

/// <summary>A graphics adapter.</summary>
/// <param name="Index">Its index, counted as <see cref="Engine.Inference.Runners.ExecutionDevice.Index"/>.</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="MemoryBytes">Its own memory.</param>
public sealed record Adapter(int Index, string Name, long MemoryBytes)
{
    /// <summary>Ends the name of one that is no hardware.</summary>
    internal const string SoftwareMark = "(software)";
}
