using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Engine.Inference.Runners;

/// <summary>How much memory keys and values may take, by <see cref="LlmEngineOptions.KVCacheBytes"/> or its default.</summary>
[Experimental("ENGINE001")]
public static class KVCacheBudget
{
    /// <summary>The bytes.</summary>
    /// <param name="options">What the user configured.</param>
    /// <param name="bytesPerSequence">Bytes of a full context.</param>
    public static long Bytes(LlmEngineOptions options, long bytesPerSequence)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.KVCacheBytes ?? Math.Min(bytesPerSequence > long.MaxValue / 4 ? long.MaxValue : 4 * bytesPerSequence, FreeMemory() / 4);
    }

    private static long FreeMemory()
    {
        GCMemoryInfo info = GC.GetGCMemoryInfo();
        long limit = info.TotalAvailableMemoryBytes > 0 ? info.TotalAvailableMemoryBytes : 4L << 30;
        return Math.Min(limit, AvailableOnLinux() ?? Math.Max(limit - info.MemoryLoadBytes, limit / 8));
    }

    private static long? AvailableOnLinux()
    {
        const string Path = "/proc/meminfo";
        if (!OperatingSystem.IsLinux() || !File.Exists(Path))
        {
            return null;
        }

        foreach (string line in File.ReadLines(Path))
        {
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)
                && long.TryParse(line.AsSpan("MemAvailable:".Length).Trim().TrimEnd(" kB"), NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes))
            {
                return kibibytes << 10;
            }
        }

        return null;
    }
}
