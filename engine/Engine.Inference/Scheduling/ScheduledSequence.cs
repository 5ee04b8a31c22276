using System.Diagnostics.CodeAnalysis;

namespace Engine.Inference.Scheduling;

/// <summary>One sequence's share of a step: a run of its tokens and the blocks that hold its keys and values.</summary>
/// <param name="SequenceId">Identifies the sequence for as long as the engine runs; never reused.</param>
/// <param name="TokenStart">Where its tokens begin in <see cref="StepPlan.TokenIds"/>.</param>
/// <param name="TokenCount">How many tokens this step computes; at least 1.</param>
/// <param name="Position">Position in the sequence of the first of them: the number of tokens already computed.</param>
/// <param name="LogitCount">Of how many of them, counted from the last one, logits are wanted; 0 for a prompt piece that is not the last.</param>
/// <param name="BlockStart">Where its block table begins in <see cref="StepPlan.BlockIds"/>.</param>
/// <param name="BlockCount">Blocks in its table: enough for <c>Position + TokenCount</c> tokens.</param>
/// <param name="Length">Tokens the sequence has already, those of later steps included; 0 if that is not known.</param>
/// <param name="MaxLength">The most tokens it may come to have, for runners that must reserve room for all of them; 0 if that is not known.</param>
[Experimental("ENGINE001")]
public readonly record struct ScheduledSequence(
    long SequenceId, int TokenStart, int TokenCount, int Position, int LogitCount, int BlockStart, int BlockCount, int Length, int MaxLength);
