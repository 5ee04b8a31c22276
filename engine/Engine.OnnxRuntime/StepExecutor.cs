using Engine.Inference.Scheduling;

namespace Engine.OnnxRuntime;

/// <summary>One way to map a plan onto runs of a session.</summary>
/// <param name="rows">Which sequence has which row of the caches.</param>
internal abstract class StepExecutor(RowTable rows)
{
    /// <summary>Which sequence has which row of the caches.</summary>
    protected RowTable Rows { get; } = rows;

    /// <summary>Computes a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="destination">Gets the rows of logits that are wanted.</param>
    public void Execute(StepPlan plan, Span<float> destination)
    {
        Rows.BeginStep();
        foreach (long sequence in plan.Ended)
        {
            Rows.Release(sequence);
        }

        ExecutePlan(plan, destination);
    }

    /// <summary>Computes a plan whose ended sequences have no rows anymore.</summary>
    protected abstract void ExecutePlan(StepPlan plan, Span<float> destination);
}
