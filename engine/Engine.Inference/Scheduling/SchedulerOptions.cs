namespace Engine.Inference.Scheduling;

/// <summary>How much one step may compute.</summary>
/// <param name="MaxSequences">Sequences in a step.</param>
/// <param name="MaxTokensPerStep">Tokens in a step, all sequences together; at least one for each sequence.</param>
internal sealed record SchedulerOptions(int MaxSequences, int MaxTokensPerStep);
