using Engine.Inference.Models;
using Engine.Inference.Runners;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ElementType = Engine.Onnx.Tensors.ElementType;

namespace DirectMLCheck;

/// <summary>One sequence on one provider, bound by hand: caches stay in the provider's memory, one buffer for past and present where the folder says so.</summary>
internal sealed class Decoder : IDisposable
{
    private const int Capacity = 64;

    private readonly InferenceSession _session;
    private readonly ModelSignature _signature;
    private readonly bool _shares;
    private readonly OrtMemoryInfo _memory;
    private readonly OrtAllocator _allocator;
    private readonly RunOptions _options = new();
    private OrtValue[] _past;
    private int _length;

    public Decoder(ModelDirectory directory, ModelSignature signature, bool onDirectML)
    {
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (onDirectML)
        {
            options.EnableMemoryPattern = false;
            options.ExecutionMode = ExecutionMode.ORT_SEQUENTIAL;
            options.AppendExecutionProvider_DML(0);
        }

        _session = new InferenceSession(directory.ModelFile, options);
        _signature = signature;
        _shares = directory.Config.Decoder.SharesPastAndPresent && signature.Caches.All(pair => pair.Kind is CacheKind.Key or CacheKind.Value);
        _memory = onDirectML ? new OrtMemoryInfo("DML", OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default) : new OrtMemoryInfo("Cpu", OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);
        _allocator = new OrtAllocator(_session, _memory);
        _past = [.. signature.Caches.Select(NewCache)];
        if (_shares && onDirectML)
        {
            // Fresh memory of a device holds anything, and what is not a number behind the mask still is none: every position is written once.
            Append(new int[Capacity]);
            _length = 0;
        }
    }

    /// <summary>Appends tokens and gives the last one's logits.</summary>
    public float[] Append(int[] tokens)
    {
        int total = _length + tokens.Length;
        using OrtIoBinding binding = _session.CreateIoBinding();
        using OrtValue ids = Integers(_signature.InputIds.ElementType, [1, tokens.Length], i => tokens[i]);
        binding.BindInput(_signature.InputIds.Name, ids);
        using OrtValue mask = Integers(_signature.AttentionMask?.ElementType ?? ElementType.Int64, [1, total], _ => 1);
        if (_signature.AttentionMask is { } maskInput)
        {
            binding.BindInput(maskInput.Name, mask);
        }

        int planes = _signature.PositionIds is { Dimensions.Count: 3 } ? 3 : 1;
        using OrtValue positions = Integers(
            _signature.PositionIds?.ElementType ?? ElementType.Int64, planes == 3 ? [3, 1, tokens.Length] : [1, tokens.Length], i => _length + (i % tokens.Length));
        if (_signature.PositionIds is { } positionInput)
        {
            binding.BindInput(positionInput.Name, positions);
        }

        binding.BindOutputToDevice(_signature.Logits.Name, OrtMemoryInfo.DefaultInstance);
        for (int i = 0; i < _past.Length; i++)
        {
            binding.BindInput(_signature.Caches[i].Past.Name, _past[i]);
            if (_shares)
            {
                binding.BindOutput(_signature.Caches[i].Present.Name, _past[i]);
            }
            else
            {
                binding.BindOutputToDevice(_signature.Caches[i].Present.Name, _memory);
            }
        }

        _session.RunWithBinding(_options, binding);
        _length = total;
        OrtValue[] outputs = [.. binding.GetOutputValues()];
        using OrtValue logits = outputs[0];
        OrtValue[] stale = _shares ? outputs[1..] : _past;
        Array.ForEach(stale, value => value.Dispose());
        _past = _shares ? _past : outputs[1..];

        return LastRow(logits);
    }

    public void Dispose()
    {
        Array.ForEach(_past, value => value.Dispose());
        _options.Dispose();
        _allocator.Dispose();
        _memory.Dispose();
        _session.Dispose();
    }

    private OrtValue NewCache(CachePair pair)
    {
        long[] shape = [.. pair.Past.Dimensions!.Select((dimension, axis) => axis == pair.SequenceAxis ? _shares ? Capacity : 0 : axis == pair.BatchAxis ? 1 : dimension.Size)];
        TensorElementType type = (TensorElementType)(int)pair.Past.ElementType;
        if (_shares)
        {
            return OrtValue.CreateAllocatedTensorValue(_allocator, type, shape);
        }

        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
        value.GetTensorMutableRawData().Clear();
        return value;
    }

    private static OrtValue Integers(ElementType type, long[] shape, Func<int, int> value)
    {
        OrtValue tensor = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)(int)type, shape);
        long count = shape.Aggregate(1L, (product, size) => product * size);
        for (int i = 0; i < count; i++)
        {
            if (type == ElementType.Int64)
            {
                tensor.GetTensorMutableDataAsSpan<long>()[i] = value(i);
            }
            else
            {
                tensor.GetTensorMutableDataAsSpan<int>()[i] = value(i);
            }
        }

        return tensor;
    }

    private float[] LastRow(OrtValue logits)
    {
        int columns = _signature.VocabularySize;
        return logits.GetTensorTypeAndShape().ElementDataType == TensorElementType.Float
            ? logits.GetTensorDataAsSpan<float>()[^columns..].ToArray()
            : Array.ConvertAll(logits.GetTensorDataAsSpan<Float16>()[^columns..].ToArray(), half => (float)half);
    }
}
