using Engine.Onnx;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Conformance.Tests.Onnx;

/// <summary>Runs a decoder graph for one sequence on our own runtime, with plain past and present tensors.</summary>
/// <param name="session">The graph.</param>
/// <param name="headSize">What graphs that leave the last dimension of their caches open have there.</param>
internal sealed class PlainDecoder(OnnxSession session, int headSize = 0)
{
    private readonly Dictionary<string, Tensor> _state = [];
    private int _length;

    /// <summary>Computes the logits of all of some more tokens: a row for each.</summary>
    public float[][] Append(params ReadOnlySpan<long> tokens)
    {
        Tensor?[] inputs = new Tensor?[session.Inputs.Count];
        int total = _length + tokens.Length;
        for (int i = 0; i < inputs.Length; i++)
        {
            string name = session.Inputs[i].Name;
            inputs[i] = name switch
            {
                "input_ids" => Tensor.Create(tokens, new Shape(1, tokens.Length)),
                "attention_mask" => Tensor.Create<long>([.. Enumerable.Repeat(1L, total)], new Shape(1, total)),
                "position_ids" => Tensor.Create<long>([.. Enumerable.Range(_length, tokens.Length).Select(position => (long)position)], new Shape(1, tokens.Length)),
                "use_cache_branch" => Tensor.Create<bool>(_length > 0),
                "num_logits_to_keep" => Tensor.Create<long>([0], Shape.Scalar),
                _ => _state.TryGetValue(name, out Tensor? past) ? past : Empty(session.Inputs[i]),
            };
        }

        Tensor?[] outputs = new Tensor?[session.Outputs.Count];
        session.Run(inputs, outputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (session.Outputs[i].Name is { } name && name.StartsWith("present", StringComparison.Ordinal))
            {
                string past = name.Replace("present", "past_key_values", StringComparison.Ordinal);
                _state.GetValueOrDefault(past)?.Dispose();
                _state[past] = outputs[i]!;
            }
        }

        _length = total;
        using Tensor logits = outputs[session.OutputIndex("logits")]!;
        float[] all = logits.ElementType == ElementType.Float16
            ? [.. logits.AsReadOnlySpan<Half>().ToArray().Select(value => (float)value)]
            : logits.AsReadOnlySpan<float>().ToArray();
        return [.. all.Chunk(logits.Shape[^1])];
    }

    private Tensor Empty(ValueInfo info) =>
        Tensor.Allocate(info.ElementType, new Shape([.. info.Dimensions!.Select((dimension, axis) => axis == 0 ? 1 : dimension.IsFixed ? (int)dimension.Size : axis == 3 ? headSize : 0)]));
}
