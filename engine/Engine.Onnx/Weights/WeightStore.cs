using Engine.Onnx.Format;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Weights;

/// <summary>Where a session's quantised weights come from, as its options say: repacked, out of the cache, or left in place.</summary>
internal sealed unsafe class WeightStore : IDisposable
{
    private const long LeastCachedBytes = 128L << 20;

    private readonly WeightPreparation _preparation;
    private readonly IReadOnlyList<MappedFile> _files;
    private readonly WeightCache? _cache;
    private readonly byte[]? _identity;
    private readonly PackedWeightsFile? _cached;
    private readonly Dictionary<WeightKey, BlockQuantizedMatrix> _prepared = [];
    private readonly CancellationTokenSource _ending = new();
    private bool _isOutdated;

    /// <param name="files">The files of the model; none for a graph that no file holds.</param>
    /// <param name="options">What the user configured.</param>
    /// <param name="workers">Threads for checking a cached file.</param>
    public WeightStore(IReadOnlyList<MappedFile> files, OnnxSessionOptions options, WorkerPool workers)
    {
        _preparation = options.Weights;
        _files = files;
        if (_preparation is not (WeightPreparation.Auto or WeightPreparation.Cached) || files.Count == 0 || (options.WeightCacheFolder ?? WeightCache.DefaultFolder()) is not { } folder)
        {
            return;
        }

        _identity = ModelIdentity.Of(files);
        if (_identity is not null)
        {
            _cache = new WeightCache(folder, options.WeightCacheBytes);
            string path = _cache.PathOf(_identity);
            _cached = PackedWeightsFile.Open(path, _identity, workers);
            if (_cached is not null)
            {
                WeightCache.Touch(path);
            }
        }
    }

    /// <summary>Whether weights are read where the model's files have them, which then must not be released.</summary>
    public bool InPlace => _preparation == WeightPreparation.InPlace;

    /// <summary>Whether all that was asked for came out of the cache.</summary>
    internal bool IsFromCache => _cached is not null && !_isOutdated;

    /// <summary>The end of writing the cache in the background.</summary>
    internal Task Saving { get; private set; } = Task.CompletedTask;

    /// <summary>The weights for the kernels.</summary>
    /// <param name="source">The weights as the model has them.</param>
    /// <param name="fields">The tensor of the fields.</param>
    /// <param name="scales">The tensor of the scales.</param>
    /// <param name="zeroPoints">The tensor of the zero points; null where there is none.</param>
    /// <param name="workers">Threads to share the work with.</param>
    public BlockQuantizedMatrix Prepare(in BlockQuantizedSource source, Tensor fields, Tensor scales, Tensor? zeroPoints, WorkerPool workers)
    {
        if (InPlace)
        {
            return BlockQuantizedMatrix.InPlace(source, workers);
        }

        WeightKey? key = _cache is null ? null : KeyOf(source, fields, scales, zeroPoints);
        if (key is not { } known)
        {
            return BlockQuantizedMatrix.Pack(source, workers);
        }

        if (_cached is null || !_cached.TryFind(known, out BlockQuantizedMatrix? matrix))
        {
            _isOutdated = true;
            matrix = BlockQuantizedMatrix.Pack(source, workers);
        }

        _prepared[known] = matrix;
        return matrix;
    }

    /// <summary>Begins to write what was prepared, unless all of it came from the cache; the matrices must stay until this is disposed of.</summary>
    public void Save()
    {
        long bytes = _prepared.Values.Sum(matrix => matrix.ByteCount);
        if (_cache is null || !_isOutdated || (_preparation == WeightPreparation.Auto && bytes < LeastCachedBytes))
        {
            return;
        }

        Saving = Task.Factory.StartNew(() => Save(bytes), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Ends writing, done or not, and closes the cached file: to be called before the matrices go, after their last use.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        Saving.Wait();
        _ending.Dispose();
        _cached?.Dispose();
    }

    private void Save(long bytes)
    {
        try
        {
            _cache!.Create();
            if (_cache.HasRoomFor(bytes))
            {
                string path = _cache.PathOf(_identity!);
                PackedWeightsWriter.Write(path, _identity, [.. _prepared], _ending.Token);
                _cache.Trim(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or OperationCanceledException)
        {
            // Without a cache the next session packs again; nothing else is lost.
        }
    }

    private WeightKey? KeyOf(in BlockQuantizedSource source, Tensor fields, Tensor scales, Tensor? zeroPoints) =>
        PlaceOf(fields, source.Fields) is { } at && PlaceOf(scales, scales.Data) is { } scalesAt && (zeroPoints is null ? SourcePlace.None : PlaceOf(zeroPoints, zeroPoints.Data)) is { } zeroPointsAt
            ? new WeightKey(at, scalesAt, zeroPointsAt, source.Rows, source.Columns, source.BlockSize, source.Bits)
            : null;

    private SourcePlace? PlaceOf(Tensor tensor, byte* data)
    {
        for (int i = 0; i < _files.Count; i++)
        {
            if (ReferenceEquals(tensor.Mapped, _files[i]))
            {
                return new SourcePlace(i, data - _files[i].Data);
            }
        }

        return null;
    }
}
