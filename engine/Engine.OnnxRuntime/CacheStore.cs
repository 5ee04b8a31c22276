using Engine.Inference.Runners;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>Keeps keys, values and other states of the sequences, a row each, and gives them to ONNX Runtime as past and present tensors.</summary>
/// <param name="signature">Whose.</param>
/// <param name="rows">How many tokens are in each row.</param>
internal abstract class CacheStore(ModelSignature signature, RowTable rows) : IDisposable
{
    /// <summary>What is kept.</summary>
    protected IReadOnlyList<CachePair> Pairs { get; } = signature.Caches;

    /// <summary>How many tokens are in each row.</summary>
    protected RowTable Rows { get; } = rows;

    /// <summary>The past of the run being prepared, in the order of <see cref="ModelSignature.Caches"/>.</summary>
    public List<OrtValue> Past { get; } = [];

    /// <summary>The present, in the same order.</summary>
    public List<OrtValue> Present { get; } = [];

    /// <summary>Whether neighbouring rows may run as one batch.</summary>
    public abstract bool CanBatch { get; }

    /// <summary>Whether a row can be copied to another.</summary>
    public virtual bool CanMove => false;

    /// <summary>Fills <see cref="Past"/> and <see cref="Present"/> for a run.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rowCount">How many neighbouring rows; 1 unless <see cref="CanBatch"/>.</param>
    /// <param name="length">Tokens of the longest row after the run.</param>
    public abstract void Prepare(int firstRow, int rowCount, int length);

    /// <summary>Lets go of the run's tensors; what was computed counts.</summary>
    public virtual void Commit()
    {
    }

    /// <summary>Copies a row onto another; only where <see cref="CanMove"/>.</summary>
    public virtual void Move(int from, int to) => throw new NotSupportedException();

    public abstract void Dispose();
}
