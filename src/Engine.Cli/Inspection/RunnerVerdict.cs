namespace Engine.Cli.Inspection;

/// <summary>Whether a runner runs a model.</summary>
/// <param name="Runner">The runner's name.</param>
/// <param name="Runs">Whether it does.</param>
/// <param name="Remark">Why not, or what to know; <see langword="null"/> for nothing.</param>
internal sealed record RunnerVerdict(string Runner, bool Runs, string? Remark);
