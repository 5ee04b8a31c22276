using System.Diagnostics.CodeAnalysis;
using Engine.Inference.KVCache;
using Engine.Inference.Scheduling;

namespace Engine.Inference.Runners;

/// <summary>
/// Computes logits for the sequences of a step. The one seam below the scheduler: a runner owns weights and the storage of keys and values,
/// and sees token ids, positions and block tables, never a request, its options or its text. Called by one thread, the engine's.
/// </summary>
[Experimental("ENGINE001")]
public interface IModelRunner : IDisposable
{
    /// <summary>Columns of a logits row. Ids at or above the tokenizer's size are columns without a token.</summary>
    int VocabularySize { get; }

    /// <summary>The most tokens, prompt and answer together, that one sequence may hold.</summary>
    int ContextLength { get; }

    /// <summary>How this runner stores keys and values; the cache manager gives out blocks of this shape.</summary>
    KVCacheLayout KVCacheLayout { get; }

    /// <summary>What computes: runner, precision and kernels, as part of a fingerprint under which equal seeds give equal text.</summary>
    string Fingerprint { get; }

    /// <summary>
    /// Computes every token of the plan, writes its keys and values into the blocks of the sequence, and the logits that the plan asks for.
    /// </summary>
    /// <param name="plan">The tokens to compute. Positions of a sequence before its first planned token are already in its blocks.</param>
    /// <param name="logits">Row-major <c>[plan.LogitRowCount, VocabularySize]</c>, in the order of the plan.</param>
    void Execute(StepPlan plan, Span<float> logits);
}
