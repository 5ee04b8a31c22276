using Engine.Inference.KVCache;
using Engine.Inference.Runners.Rewriting;
using Engine.Inference.Scheduling;
using Engine.Onnx;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners;

/// <summary>
/// Runs the tokens of all sequences of a plan as one batch <c>[1, tokens]</c> of a rewritten graph, keys and values in blocks. With shapes seen before, a
/// step allocates nothing.
/// </summary>
internal sealed class PagedPlanExecutor : PlanExecutor
{
    /// <summary>Tokens of a block: what sharing wants small and block tables want large.</summary>
    public const int BlockSize = 16;

    private readonly OnnxSession _session;
    private readonly ModelSignature _signature;
    private readonly PagedGraph _graph;
    private readonly BlockStorage[] _storage;
    private readonly Tensor?[] _inputs;
    private readonly Tensor?[] _outputs = new Tensor?[1];
    private readonly StepTensor _ids;
    private readonly StepTensor? _positions;
    private readonly StepTensor _cumulative = new(ElementType.Int32);
    private readonly StepTensor _past = new(ElementType.Int32);
    private readonly StepTensor _table = new(ElementType.Int32);
    private readonly StepTensor _rows = new(ElementType.Int64);
    private readonly StepTensor _logits;

    /// <param name="session">The session of the rewritten graph; disposed of with this.</param>
    /// <param name="signature">The graph's roles.</param>
    /// <param name="graph">What the rewriting made of it.</param>
    /// <param name="options">What the user configured.</param>
    /// <param name="contextLength">The most tokens of a sequence.</param>
    public PagedPlanExecutor(OnnxSession session, ModelSignature signature, PagedGraph graph, LlmEngineOptions options, int contextLength)
    {
        _session = session;
        _signature = signature;
        _graph = graph;
        long bytesPerBlock = BlockSize * graph.Layers.Sum(layer => layer.BytesPerToken);
        int blocksPerSequence = (contextLength + BlockSize - 1) / BlockSize;
        long budget = KVCacheBudget.Bytes(options, blocksPerSequence * bytesPerBlock);
        int blocks = (int)Math.Clamp(budget / bytesPerBlock, 1, Math.Min(int.MaxValue / BlockSize, (long)blocksPerSequence * options.MaxSequences));
        Layout = new KVCacheLayout(BlockSize, blocks, bytesPerBlock, CanShareBlocks: true);
        _storage = [.. graph.Layers.Select(layer => new BlockStorage(layer, blocks, BlockSize))];
        _ids = new StepTensor(signature.InputIds.ElementType);
        _positions = signature.PositionIds is { } positions ? new StepTensor(positions.ElementType) : null;
        _logits = new StepTensor(signature.Logits.ElementType);
        _inputs = new Tensor?[session.Inputs.Count];
        for (int i = 0; i < graph.Layers.Count; i++)
        {
            _inputs[session.InputIndex(graph.Layers[i].KeyCache)] = _storage[i].Keys;
            _inputs[session.InputIndex(graph.Layers[i].ValueCache)] = _storage[i].Values;
        }
    }

    public override KVCacheLayout Layout { get; }

    public override void Execute(StepPlan plan, Span<float> logits)
    {
        int vocabulary = _signature.VocabularySize;
        Fill(plan);
        int tokens = plan.TokenIds.Length;
        // A step of prompt pieces only wants no row; the graph computes one, as an empty matrix is a case that no head needs to know.
        int rows = _graph.SelectsRows ? Math.Max(1, plan.LogitRowCount) : tokens;
        Tensor computed = _logits.Shaped(new Shape(1, rows, vocabulary));
        _outputs[0] = computed;
        _session.Run(_inputs, _outputs);
        if (_graph.SelectsRows)
        {
            LogitRows.Copy(computed, 0, logits[..(plan.LogitRowCount * vocabulary)]);
            return;
        }

        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            LogitRows.Copy(computed, sequence.TokenStart + sequence.TokenCount - sequence.LogitCount, logits[..(sequence.LogitCount * vocabulary)]);
            logits = logits[(sequence.LogitCount * vocabulary)..];
        }
    }

    public override void Dispose()
    {
        _session.Dispose();
        foreach (BlockStorage storage in _storage)
        {
            storage.Dispose();
        }

        foreach (StepTensor tensor in new[] { _ids, _cumulative, _past, _table, _rows, _logits })
        {
            tensor.Dispose();
        }

        _positions?.Dispose();
    }

    private void Fill(StepPlan plan)
    {
        ReadOnlySpan<ScheduledSequence> sequences = plan.Sequences;
        int tokens = plan.TokenIds.Length;
        Tensor ids = _ids.Shaped(new Shape(1, tokens));
        for (int i = 0; i < tokens; i++)
        {
            StepTensor.Set(ids, i, plan.TokenIds[i]);
        }

        int mostBlocks = 1;
        foreach (ref readonly ScheduledSequence sequence in sequences)
        {
            mostBlocks = Math.Max(mostBlocks, sequence.BlockCount);
        }

        Tensor cumulative = _cumulative.Shaped(new Shape(sequences.Length + 1));
        Tensor past = _past.Shaped(new Shape(sequences.Length));
        Tensor table = _table.Shaped(new Shape(sequences.Length, mostBlocks));
        Span<int> blocks = table.AsSpan<int>();
        blocks.Clear();
        cumulative.AsSpan<int>()[sequences.Length] = tokens;
        for (int s = 0; s < sequences.Length; s++)
        {
            cumulative.AsSpan<int>()[s] = sequences[s].TokenStart;
            past.AsSpan<int>()[s] = sequences[s].Position;
            plan.BlocksOf(sequences[s]).CopyTo(blocks.Slice(s * mostBlocks, mostBlocks));
        }

        Set(_signature.InputIds.Name, ids);
        Set(PagedGraph.CumulativeLengths, cumulative);
        Set(PagedGraph.PastLengths, past);
        Set(PagedGraph.BlockTable, table);
        FillPositions(sequences, tokens);
        if (_graph.SelectsRows)
        {
            FillRows(plan);
        }
    }

    private void FillPositions(ReadOnlySpan<ScheduledSequence> sequences, int tokens)
    {
        if (_positions is null)
        {
            return;
        }

        int planes = _signature.PositionIds!.Dimensions!.Count == 3 ? 3 : 1;
        Tensor positions = _positions.Shaped(planes == 3 ? new Shape(3, 1, tokens) : new Shape(1, tokens));
        foreach (ref readonly ScheduledSequence sequence in sequences)
        {
            for (int plane = 0; plane < planes; plane++)
            {
                for (int i = 0; i < sequence.TokenCount; i++)
                {
                    StepTensor.Set(positions, (plane * tokens) + sequence.TokenStart + i, sequence.Position + i);
                }
            }
        }

        Set(_signature.PositionIds.Name, positions);
    }

    private void FillRows(StepPlan plan)
    {
        Tensor rows = _rows.Shaped(new Shape(Math.Max(1, plan.LogitRowCount)));
        Span<long> values = rows.AsSpan<long>();
        values[0] = 0;
        int row = 0;
        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            for (int i = sequence.TokenCount - sequence.LogitCount; i < sequence.TokenCount; i++)
            {
                values[row++] = sequence.TokenStart + i;
            }
        }

        Set(PagedGraph.LogitRows, rows);
    }

    private void Set(string name, Tensor tensor) => _inputs[_session.InputIndex(name)] = tensor;
}
