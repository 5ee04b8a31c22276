using Engine.Inference.Runners;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>Keeps keys, values and other states of the sequences, a slot each, and gives them to ONNX Runtime as past and present tensors.</summary>
internal abstract class CacheStore(ModelSignature signature) : IDisposable
{
    /// <summary>What is kept.</summary>
    protected IReadOnlyList<CachePair> Pairs { get; } = signature.Caches;

    /// <summary>The past of the run being prepared, in the order of <see cref="ModelSignature.Caches"/>.</summary>
    public List<OrtValue> Past { get; } = [];

    /// <summary>The present, in the same order.</summary>
    public List<OrtValue> Present { get; } = [];

    /// <summary>Whether adjoining slots may run as one batch.</summary>
    public abstract bool CanBatch { get; }

    /// <summary>Fills <see cref="Past"/> and <see cref="Present"/> for a run.</summary>
    /// <param name="firstSlot">The first slot.</param>
    /// <param name="slotCount">How many adjoining slots; 1 unless <see cref="CanBatch"/>.</param>
    /// <param name="position">Tokens that the slot already holds; of several slots, the most.</param>
    /// <param name="tokenCount">Tokens that the run adds to each slot.</param>
    public abstract void Prepare(int firstSlot, int slotCount, int position, int tokenCount);

    /// <summary>Lets go of the run's tensors; what was computed counts.</summary>
    public abstract void Commit();

    public abstract void Dispose();
}
