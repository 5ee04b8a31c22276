using Engine.Inference.KVCache;
using Engine.Inference.Scheduling;
using Engine.Onnx;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners;

/// <summary>
/// Runs a graph as it is written, one sequence at a time, each slot with a past of its own that the graph's present replaces: for graphs whose
/// plumbing is not recognised, and as the judge of the other way.
/// </summary>
internal sealed class PlainPlanExecutor : PlanExecutor
{
    private readonly OnnxSession _session;
    private readonly ModelSignature _signature;
    private readonly Tensor?[]?[] _states;
    private readonly int[] _lengths;
    private readonly Tensor?[] _inputs;
    private readonly Tensor?[] _outputs;
    private readonly int _logitsIndex;
    private readonly int[] _pastIndices;
    private readonly int[] _presentIndices;
    private readonly StepTensor _ids;
    private readonly StepTensor? _mask;
    private readonly StepTensor? _positions;
    private readonly StepTensor? _logitCount;
    private readonly StepTensor? _useCache;

    /// <param name="session">The session; disposed of with this.</param>
    /// <param name="signature">The graph's roles.</param>
    /// <param name="options">What the user configured.</param>
    /// <param name="contextLength">The most tokens of a sequence.</param>
    public PlainPlanExecutor(OnnxSession session, ModelSignature signature, LlmEngineOptions options, int contextLength)
    {
        _session = session;
        _signature = signature;
        long bytesPerSlot = Math.Max(1, signature.CacheBytesPerToken * contextLength);
        int slots = (int)Math.Clamp(KVCacheBudget.Bytes(options, bytesPerSlot) / bytesPerSlot, 1, options.MaxSequences);
        Layout = new KVCacheLayout(contextLength, slots, bytesPerSlot, CanShareBlocks: false);
        _states = new Tensor?[slots][];
        _lengths = new int[slots];
        _inputs = new Tensor?[session.Inputs.Count];
        _outputs = new Tensor?[session.Outputs.Count];
        _logitsIndex = session.OutputIndex(signature.Logits.Name);
        _pastIndices = [.. signature.Caches.Select(pair => session.InputIndex(pair.Past.Name))];
        _presentIndices = [.. signature.Caches.Select(pair => session.OutputIndex(pair.Present.Name))];
        _ids = new StepTensor(signature.InputIds.ElementType);
        _mask = For(signature.AttentionMask);
        _positions = For(signature.PositionIds);
        _logitCount = For(signature.LogitCount);
        _useCache = For(signature.UseCache);
    }

    public override KVCacheLayout Layout { get; }

    public override void Execute(StepPlan plan, Span<float> logits)
    {
        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            int length = sequence.LogitCount * _signature.VocabularySize;
            RunSequence(plan.TokensOf(sequence), sequence, plan.BlocksOf(sequence)[0], logits[..length]);
            logits = logits[length..];
        }
    }

    public override void Dispose()
    {
        foreach (Tensor?[]? states in _states)
        {
            Free(states);
        }

        _session.Dispose();
        foreach (StepTensor? tensor in new[] { _ids, _mask, _positions, _logitCount, _useCache })
        {
            tensor?.Dispose();
        }
    }

    private static StepTensor? For(ValueInfo? input) => input is null ? null : new StepTensor(input.ElementType);

    private void RunSequence(ReadOnlySpan<int> tokens, in ScheduledSequence sequence, int slot, Span<float> logits)
    {
        int firstWanted = tokens.Length - sequence.LogitCount;
        for (int start = 0; start < tokens.Length;)
        {
            // A graph that gives the last row only has to end a run at every row that is wanted.
            int count = !_signature.HasLastLogitsOnly ? tokens.Length : start < firstWanted ? Math.Min(firstWanted + 1, tokens.Length) - start : 1;
            int end = start + count;
            int wanted = Math.Clamp(end - firstWanted, 0, count);
            Run(tokens[start..end], sequence.Position + start, slot, Math.Max(1, wanted));
            Tensor computed = _outputs[_logitsIndex]!;
            if (wanted > 0)
            {
                int rows = computed.Shape[^2];
                LogitRows.Copy(computed, rows - wanted, logits.Slice((end - wanted - firstWanted) * _signature.VocabularySize, wanted * _signature.VocabularySize));
            }

            computed.Dispose();
            _outputs[_logitsIndex] = null;
            start = end;
        }
    }

    private void Run(ReadOnlySpan<int> tokens, int position, int slot, int rows)
    {
        Fill(tokens, position, rows);
        Rewind(slot, position);
        Tensor?[] states = _states[slot]!;
        for (int i = 0; i < states.Length; i++)
        {
            _inputs[_pastIndices[i]] = states[i];
        }

        Array.Clear(_outputs);
        _session.Run(_inputs, _outputs);
        for (int i = 0; i < states.Length; i++)
        {
            states[i]!.Dispose();
            states[i] = _outputs[_presentIndices[i]];
            _outputs[_presentIndices[i]] = null;
        }

        _lengths[slot] = position + tokens.Length;
    }

    private void Fill(ReadOnlySpan<int> tokens, int position, int rows)
    {
        Tensor ids = _ids.Shaped(new Shape(1, tokens.Length));
        for (int i = 0; i < tokens.Length; i++)
        {
            StepTensor.Set(ids, i, tokens[i]);
        }

        Set(_signature.InputIds, ids);
        if (_mask is not null)
        {
            Tensor mask = _mask.Shaped(new Shape(1, position + tokens.Length));
            for (int i = 0; i < position + tokens.Length; i++)
            {
                StepTensor.Set(mask, i, 1);
            }

            Set(_signature.AttentionMask, mask);
        }

        if (_positions is not null)
        {
            int planes = _signature.PositionIds!.Dimensions!.Count == 3 ? 3 : 1;
            Tensor positions = _positions.Shaped(planes == 3 ? new Shape(3, 1, tokens.Length) : new Shape(1, tokens.Length));
            for (int i = 0; i < planes * tokens.Length; i++)
            {
                StepTensor.Set(positions, i, position + (i % tokens.Length));
            }

            Set(_signature.PositionIds, positions);
        }

        SetScalar(_signature.LogitCount, _logitCount, rows);
        SetScalar(_signature.UseCache, _useCache, position > 0 ? 1 : 0);
    }

    private void SetScalar(ValueInfo? input, StepTensor? tensor, int value)
    {
        if (tensor is null)
        {
            return;
        }

        Tensor scalar = tensor.Shaped(input!.Dimensions!.Count == 0 ? new Shape() : new Shape(1));
        StepTensor.Set(scalar, 0, value);
        Set(input, scalar);
    }

    private void Set(ValueInfo? input, Tensor tensor) => _inputs[_session.InputIndex(input!.Name)] = tensor;

    // A slot begins anew at position 0, and may be asked to forget its last tokens.
    private void Rewind(int slot, int position)
    {
        if (position == 0 || _states[slot] is null)
        {
            Free(_states[slot]);
            _states[slot] = [.. _signature.Caches.Select(pair => Tensor.Allocate(pair.Past.ElementType, ShapeOf(pair, 0)))];
            return;
        }

        for (int i = 0; position < _lengths[slot] && i < _signature.Caches.Count; i++)
        {
            Tensor state = _states[slot]![i]!;
            _states[slot]![i] = Truncated(_signature.Caches[i], state, position);
            state.Dispose();
        }
    }

    private static Tensor Truncated(CachePair pair, Tensor state, int tokens)
    {
        if (pair.SequenceAxis < 0)
        {
            throw new NotSupportedException($"The state '{pair.Past.Name}' cannot go back to an earlier token.");
        }

        Tensor shorter = Tensor.Allocate(pair.Past.ElementType, ShapeOf(pair, tokens));
        int rows = (int)shorter.Shape.CountBetween(0, pair.SequenceAxis);
        (int from, int to) = ((int)(state.ByteLength / rows), (int)(shorter.ByteLength / rows));
        for (int row = 0; row < rows; row++)
        {
            state.AsReadOnlySpan<byte>().Slice(row * from, to).CopyTo(shorter.AsSpan<byte>()[(row * to)..]);
        }

        return shorter;
    }

    private static Shape ShapeOf(CachePair pair, int tokens)
    {
        int[] sizes = [.. pair.Past.Dimensions!.Select((dimension, axis) => axis == pair.SequenceAxis ? tokens : axis == pair.BatchAxis ? 1 : (int)dimension.Size)];
        return new Shape(sizes);
    }

    private static void Free(Tensor?[]? states)
    {
        foreach (Tensor? state in states ?? [])
        {
            state?.Dispose();
        }
    }
}
