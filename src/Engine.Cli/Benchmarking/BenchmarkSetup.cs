using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Engine.Cli.Benchmarking;

/// <summary>What figures were measured with; without it they say nothing.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Threads">Threads that compute.</param>
/// <param name="Runner">The runner's fingerprint: what computes, how exactly, how keys and values are kept, how wide its vectors are.</param>
/// <param name="Weights">What became of the weights.</param>
/// <param name="AccuracyLevel">The accuracy level asked for; <see langword="null"/>: the graph's own.</param>
internal sealed record BenchmarkSetup(string Model, int Threads, string Runner, string Weights, int? AccuracyLevel)
{
    /// <summary>The processor as it calls itself.</summary>
    public static string Processor { get; } = ProcessorName() ?? $"{RuntimeInformation.ProcessArchitecture} processor";

    /// <summary>The instruction sets that matter here, of those that this process may use.</summary>
    public static string InstructionSets { get; } = string.Join(
        ' ',
        ((bool Has, string Name)[])
        [
            (Avx512BW.IsSupported, "AVX-512"), (AvxVnni.IsSupported, "AVX-VNNI"), (Avx2.IsSupported, "AVX2"), (Fma.IsSupported, "FMA"),
            (Dp.IsSupported, "DotProd"), (AdvSimd.IsSupported, "AdvSimd"),
        ] is { } sets && sets.Any(set => set.Has) ? sets.Where(set => set.Has).Select(set => set.Name) : ["none"]);

    /// <summary>The runtime and the operating system.</summary>
    public static string Platform { get; } = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}";

    /// <summary>For people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {Model}: {Threads} {(Threads == 1 ? "thread" : "threads")} of {Processor}, {InstructionSets}; {Platform}
        {Runner}; weights {Weights}; accuracy level {AccuracyLevel?.ToString(CultureInfo.InvariantCulture) ?? "as the graph says"}
        """);

    private static string? ProcessorName()
    {
        if (OperatingSystem.IsWindows())
        {
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        }

        const string Path = "/proc/cpuinfo";
        return File.Exists(Path) ? File.ReadLines(Path).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[^1].Trim() : null;
    }
}
