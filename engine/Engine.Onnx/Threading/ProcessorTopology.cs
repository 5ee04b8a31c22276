using System.Runtime.InteropServices;

namespace Engine.Onnx.Threading;

/// <summary>The processors that this process may use, and which of them are one core: a second thread on a core shares its multipliers.</summary>
internal static unsafe partial class ProcessorTopology
{
    private const string LinuxRoot = "/sys/devices/system/cpu";

    /// <summary>Bytes of an affinity mask: 1,024 processors, what Linux itself takes by default.</summary>
    private const int MaskBytes = 128;

    private static readonly int[][] _cores = FindCores();

    /// <summary>Cores to compute with: at least 1, and no more than the processors that limits set for the process leave.</summary>
    public static int CoreCount { get; } = Math.Clamp(_cores.Length, 1, Environment.ProcessorCount);

    /// <summary>The processors allowed, one of every core before the second of any; empty where the system does not say.</summary>
    public static int[] Processors { get; } =
        [.. Enumerable.Range(0, _cores.Select(core => core.Length).DefaultIfEmpty().Max()).SelectMany(nth => _cores.Where(core => nth < core.Length).Select(core => core[nth]))];

    /// <summary>Keeps the calling thread on one processor.</summary>
    /// <param name="processor">One of <see cref="Processors"/>.</param>
    /// <returns>Whether the system took it.</returns>
    public static bool TryPin(int processor)
    {
        if (OperatingSystem.IsLinux())
        {
            ulong* mask = stackalloc ulong[MaskBytes / sizeof(ulong)];
            new Span<ulong>(mask, MaskBytes / sizeof(ulong)).Clear();
            mask[processor / 64] = 1UL << (processor % 64);
            return SetAffinity(0, MaskBytes, mask) == 0;
        }

        return OperatingSystem.IsWindows() && SetThreadAffinityMask(GetCurrentThread(), (nuint)1 << processor) != 0;
    }

    private static int[][] FindCores()
    {
        if (OperatingSystem.IsLinux())
        {
            return [.. AllowedOnLinux().GroupBy(Siblings).Select(core => core.ToArray())];
        }

        return OperatingSystem.IsWindows() ? CoresOnWindows() : [.. Enumerable.Range(0, Environment.ProcessorCount).Select(processor => new[] { processor })];
    }

    private static List<int> AllowedOnLinux()
    {
        ulong* mask = stackalloc ulong[MaskBytes / sizeof(ulong)];
        new Span<ulong>(mask, MaskBytes / sizeof(ulong)).Clear();
        List<int> allowed = [];
        if (GetAffinity(0, MaskBytes, mask) != 0)
        {
            return [.. Enumerable.Range(0, Environment.ProcessorCount)];
        }

        for (int processor = 0; processor < MaskBytes * 8; processor++)
        {
            if ((mask[processor / 64] >> (processor % 64) & 1) != 0)
            {
                allowed.Add(processor);
            }
        }

        return allowed;
    }

    // Processors of one core name the same list; where the system tells nothing (a sandbox), each is a core of its own.
    private static string Siblings(int processor)
    {
        string list = $"{LinuxRoot}/cpu{processor}/topology/thread_siblings_list";
        return File.Exists(list) ? File.ReadAllText(list).Trim() : $"cpu{processor}";
    }

    // One group of processors, at most 64: what a process without further asking runs on.
    private static int[][] CoresOnWindows()
    {
        uint bytes = 0;
        _ = GetLogicalProcessorInformation(null, &bytes);
        ProcessorInformation[] rows = new ProcessorInformation[bytes / sizeof(ProcessorInformation)];
        fixed (ProcessorInformation* first = rows)
        {
            if (rows.Length == 0 || GetLogicalProcessorInformation(first, &bytes) == 0)
            {
                return [.. Enumerable.Range(0, Environment.ProcessorCount).Select(processor => new[] { processor })];
            }
        }

        nuint allowed = GetProcessAffinityMask(GetCurrentProcess(), out nuint mask, out _) != 0 ? mask : nuint.MaxValue;
        return
        [
            .. rows.Where(row => row.Relationship == 0)
                .Select(row => Enumerable.Range(0, nuint.Size * 8).Where(processor => ((row.Mask & allowed) >> processor & 1) != 0).ToArray())
                .Where(core => core.Length > 0),
        ];
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("kernel32")]
    private static partial nint GetCurrentThread();

    [LibraryImport("kernel32")]
    private static partial nint GetCurrentProcess();

    [LibraryImport("kernel32")]
    private static partial nuint SetThreadAffinityMask(nint thread, nuint mask);

    [LibraryImport("kernel32")]
    private static partial int GetProcessAffinityMask(nint process, out nuint processMask, out nuint systemMask);

    [LibraryImport("kernel32")]
    private static partial int GetLogicalProcessorInformation(ProcessorInformation* rows, uint* bytes);

    /// <summary>SYSTEM_LOGICAL_PROCESSOR_INFORMATION; relationship 0 is a core.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ProcessorInformation
    {
        public nuint Mask;
        public int Relationship;
        private readonly ulong _details0;
        private readonly ulong _details1;
    }
}
