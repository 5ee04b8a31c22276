using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>The logits of one run as the graph computes them, wherever they lie.</summary>
internal abstract class LogitsStore : IDisposable
{
    /// <summary>A tensor for a run's logits, <c>[sequences, rows, vocabulary]</c>.</summary>
    public abstract OrtValue Tensor(int sequences, int rows);

    /// <summary>Copies rows of the last run, widened to single precision.</summary>
    /// <param name="rows">For each row that is wanted: which, counted over all sequences, and which row of the destination gets it.</param>
    /// <param name="destination">Row-major.</param>
    public abstract void Copy(IReadOnlyList<(int From, int To)> rows, Span<float> destination);

    public abstract void Dispose();
}
