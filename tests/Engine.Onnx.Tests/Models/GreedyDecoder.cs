using Engine.Onnx.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Engine.Onnx.Tests.Models;

/// <summary>Runs a decoder graph for one sequence with its own plain past and present tensors, as a program without any knowledge of paging would.</summary>
/// <param name="session">The graph.</param>
/// <param name="headSize">What graphs that leave the last dimension of their caches open have there.</param>
internal sealed class GreedyDecoder(OnnxSession session, int headSize)
{
    private readonly Dictionary<string, Tensor> _state = [];
    private int _length;

    /// <summary>Computes the logits of the last of some more tokens.</summary>
    public float[] Append(params ReadOnlySpan<long> tokens)
    {
        Tensor?[] inputs = new Tensor?[session.Inputs.Count];
        int total = _length + tokens.Length;
        for (int i = 0; i < inputs.Length; i++)
        {
            string name = session.Inputs[i].Name;
            inputs[i] = name switch
            {
                "input_ids" => Tensor.Create(tokens, new Shape(1, tokens.Length)),
                "attention_mask" => Tensor.Create<long>(Enumerable.Repeat(1L, total).ToArray(), new Shape(1, total)),
                "position_ids" => Tensor.Create<long>(Enumerable.Range(_length, tokens.Length).Select(position => (long)position).ToArray(), new Shape(1, tokens.Length)),
                _ => _state.TryGetValue(name, out Tensor? past) ? past : Empty(i),
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
        Tensor logits = outputs[session.OutputIndex("logits")]!;
        int vocabulary = logits.Shape[^1];
        float[] last = new float[vocabulary];
        long start = logits.ElementCount - vocabulary;
        if (logits.ElementType == ElementType.Float16)
        {
            TensorPrimitives.ConvertToSingle(logits.Slice<Half>(start, vocabulary), last);
        }
        else
        {
            logits.Slice<float>(start, vocabulary).CopyTo(last);
        }

        logits.Dispose();
        return last;
    }

    /// <summary>Prompt in, most likely tokens out.</summary>
    public long[] Generate(ReadOnlySpan<long> prompt, int count)
    {
        long[] tokens = new long[count];
        float[] logits = Append(prompt);
        for (int i = 0; i < count; i++)
        {
            tokens[i] = TensorPrimitives.IndexOfMax(logits);
            logits = i + 1 < count ? Append(tokens[i]) : logits;
        }

        return tokens;
    }

    private Tensor Empty(int input)
    {
        Onnx.Graphs.ValueInfo info = session.Inputs[input];
        int[] sizes = [.. info.Dimensions!.Select((dimension, axis) => axis == 0 ? 1 : dimension.IsFixed ? (int)dimension.Size : axis == 3 ? headSize : 0)];
        return Tensor.Allocate(info.ElementType, new Shape(sizes));
    }
}
