using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Engine.Conformance.Tests.Onnx;

/// <summary>The same as <see cref="PlainDecoder"/> on ONNX Runtime, for graphs of single precision.</summary>
internal sealed class OrtDecoder(InferenceSession session, int headSize)
{
    private readonly Dictionary<string, DenseTensor<float>> _state = [];
    private int _length;

    public float[][] Append(params ReadOnlySpan<long> tokens)
    {
        List<NamedOnnxValue> inputs = [];
        int total = _length + tokens.Length;
        foreach ((string name, NodeMetadata metadata) in session.InputMetadata)
        {
            inputs.Add(name switch
            {
                "input_ids" => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(tokens.ToArray(), [1, tokens.Length])),
                "attention_mask" => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(Enumerable.Repeat(1L, total).ToArray(), [1, total])),
                _ => NamedOnnxValue.CreateFromTensor(name, _state.TryGetValue(name, out DenseTensor<float>? past) ? past
                    : new DenseTensor<float>([1, metadata.Dimensions[1], 0, headSize])),
            });
        }

        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run(inputs);
        foreach (DisposableNamedOnnxValue output in outputs.Where(output => output.Name.StartsWith("present", StringComparison.Ordinal)))
        {
            _state[output.Name.Replace("present", "past_key_values", StringComparison.Ordinal)] = output.AsTensor<float>().Clone().ToDenseTensor();
        }

        _length = total;
        Tensor<float> logits = outputs.Single(output => output.Name == "logits").AsTensor<float>();
        return [.. logits.ToArray().Chunk(logits.Dimensions[^1])];
    }
}
