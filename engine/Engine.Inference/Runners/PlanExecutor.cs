using Engine.Inference.KVCache;
using Engine.Inference.Scheduling;

namespace Engine.Inference.Runners;

/// <summary>One way to map a plan onto a session: with keys and values in blocks, or a past and a present a sequence.</summary>
internal abstract class PlanExecutor : IDisposable
{
    /// <summary>What it can store.</summary>
    public abstract KVCacheLayout Layout { get; }

    /// <inheritdoc cref="IModelRunner.Execute"/>
    public abstract void Execute(StepPlan plan, Span<float> logits);

    public abstract void Dispose();
}
