namespace Engine.Inference.Runners;

/// <summary>How many processors there are to compute with.</summary>
internal static class Processors
{
    /// <summary>Physical cores, within the limits set for the process: a second thread on a core shares its multipliers.</summary>
    public static int PhysicalCount { get; } = Math.Clamp(CoresOnLinux() ?? Environment.ProcessorCount, 1, Environment.ProcessorCount);

    private static int? CoresOnLinux()
    {
        const string Root = "/sys/devices/system/cpu";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Root))
        {
            return null;
        }

        HashSet<string> cores = [];
        foreach (string processor in Directory.EnumerateDirectories(Root, "cpu*"))
        {
            string siblings = Path.Combine(processor, "topology", "thread_siblings_list");
            if (File.Exists(siblings))
            {
                cores.Add(File.ReadAllText(siblings).Trim());
            }
        }

        return cores.Count == 0 ? null : cores.Count;
    }
}
