using Engine.Inference;
using Engine.Inference.KVCache;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Engine.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>A session and all that belongs to it; opened again as a whole when its device was lost.</summary>
internal sealed class OpenModel : IDisposable
{
    /// <summary>Tokens by which memory for keys and values is accounted for, where it is taken as they come.</summary>
    private const int BlockSize = 256;

    private readonly Stack<IDisposable> _parts = new();
    private readonly GraphRun _run;
    private readonly StepExecutor _executor;

    private OpenModel(InferenceSession session, ModelDirectory directory, ExecutionDevice device, LlmEngineOptions options, OnnxRuntimeOptions runtimeOptions)
    {
        Own(session);
        try
        {
            Signature = ModelSignature.Create(directory, SessionFactory.Describe(session.InputMetadata), SessionFactory.Describe(session.OutputMetadata));
            int allowed = Math.Min(Signature.ContextLength, ModelSignature.RotaryPositions(directory.ModelFile) ?? int.MaxValue);
            int contextLength = Math.Min(allowed, options.ContextLength ?? int.MaxValue);
            bool shares = directory.Config.Decoder.SharesPastAndPresent && Signature.Caches.Count > 0
                && Signature.Caches.All(pair => pair.Kind is CacheKind.Key or CacheKind.Value);
            TensorPlace place = runtimeOptions.Place ?? PlaceOf(device.Kind);
            Layout = place == TensorPlace.Device && shares
                ? DeviceLayout(Signature, contextLength, device, directory, options)
                : BlockLayout(Signature, contextLength, options);
            ContextLength = (int)Math.Min(contextLength, (long)Layout.BlockSize * Layout.BlockCount);
            RowTable rows = new(Layout.BlockSize == ContextLength ? Math.Min(Layout.BlockCount, options.MaxSequences) : options.MaxSequences);
            DeviceMemory? memory = place == TensorPlace.Host ? null : Own(new DeviceMemory(session, device));
            DeviceCopies? copies = place == TensorPlace.Device ? Own(new DeviceCopies(graph => SessionFactory.Open(graph, device, options))) : null;
            LogitsStore logits = Own(copies is null ? new HostLogits(Signature) : (LogitsStore)new DeviceLogits(Signature, memory!, copies));
            CacheStore caches = Own((CacheStore)(place switch
            {
                _ when !shares => new GrowingCacheStore(Signature, rows, memory?.Allocator ?? OrtAllocator.DefaultInstance),
                TensorPlace.Host => new SharedCacheStore(Signature, rows, ContextLength),
                TensorPlace.Device => new DeviceCacheStore(Signature, rows, memory!, copies!, ContextLength),
                _ => new RowCacheStore(Signature, rows, memory!.Allocator, ContextLength),
            }));
            _run = Own(new GraphRun(session, Signature, caches, logits));
            _executor = caches is RowCacheStore rowCaches
                ? new WholePromptExecutor(Signature, _run, rowCaches, logits, rows)
                : new BatchExecutor(Signature, _run, caches, logits, rows, ContextLength);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Its inputs and outputs.</summary>
    public ModelSignature Signature { get; }

    /// <summary>The most tokens of a sequence.</summary>
    public int ContextLength { get; }

    /// <summary>How memory for keys and values is accounted for.</summary>
    public KVCacheLayout Layout { get; }

    /// <summary>Runs so far.</summary>
    public long RunCount => _run.Count;

    /// <summary>Opens a model.</summary>
    /// <exception cref="Engine.Onnx.InvalidModelException">It cannot be run; the message says why and what to do.</exception>
    public static OpenModel Open(ModelDirectory directory, ExecutionDevice device, LlmEngineOptions options, OnnxRuntimeOptions runtimeOptions)
    {
        NativeLibraries.Use(options.NativeFolder);
        try
        {
            return new OpenModel(SessionFactory.Open(directory, device, options, runtimeOptions), directory, device, options, runtimeOptions);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException || LoadFault.OfLibrary(exception) is not null)
        {
            throw LoadFault.Of(directory, device, exception);
        }
    }

    /// <summary>Computes a plan.</summary>
    public void Execute(StepPlan plan, Span<float> logits) => _executor.Execute(plan, logits);

    public void Dispose()
    {
        while (_parts.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    private static TensorPlace PlaceOf(ExecutionDeviceKind kind) => kind switch
    {
        ExecutionDeviceKind.Cuda => TensorPlace.Device,
        ExecutionDeviceKind.DirectML => TensorPlace.DeviceRows,
        _ => TensorPlace.Host,
    };

    private static KVCacheLayout BlockLayout(ModelSignature signature, int contextLength, LlmEngineOptions options)
    {
        int blockSize = Math.Min(BlockSize, contextLength);
        long bytesPerBlock = Math.Max(1, signature.CacheBytesPerToken * blockSize);
        long most = (long)options.MaxSequences * ((contextLength + blockSize - 1) / blockSize);
        long blocks = KVCacheBudget.Bytes(options, signature.CacheBytesPerToken * contextLength) / bytesPerBlock;
        return new KVCacheLayout(blockSize, (int)Math.Clamp(blocks, 1, most), bytesPerBlock, CanShareBlocks: false);
    }

    // All at once and before the first request: whole contexts, as many as there is room for.
    private static KVCacheLayout DeviceLayout(ModelSignature signature, int contextLength, ExecutionDevice device, ModelDirectory directory, LlmEngineOptions options)
    {
        long bytesPerRow = Math.Max(1, signature.CacheBytesPerToken * contextLength);
        long budget = options.KVCacheBytes ?? DeviceBudget.Bytes(device, directory) ?? KVCacheBudget.Bytes(options, bytesPerRow);
        long largest = signature.Caches.Max(pair => pair.Past.ElementType.ByteCount(ModelSignature.ElementsPerToken(pair) * contextLength));
        long rows = Math.Clamp(Math.Min(budget / bytesPerRow, DeviceMemory.MaxBytes / Math.Max(1, largest)), 1, options.MaxSequences);
        return new KVCacheLayout(contextLength, (int)rows, bytesPerRow, CanShareBlocks: false);
    }
}
