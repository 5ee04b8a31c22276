using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Engine.Inference.ChatClient;
using Engine.Inference.Diagnostics;
using Engine.Onnx;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Engine.Inference;

/// <summary>
/// The engines of a process by model id: what is registered, what is loaded, and what failed to. Thread-safe. Disposing it disposes every
/// engine it loaded or was given.
/// </summary>
public sealed class LlmEngineCatalog : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly ILoggerFactory _loggerFactory;
    private readonly TimeProvider _timeProvider;
    private readonly Dictionary<string, LlmEngineOptions> _pending = new(StringComparer.Ordinal);
    private ImmutableArray<LlmEngineEntry> _models = [];
    private bool _disposed;

    /// <summary>Creates an empty catalog.</summary>
    /// <param name="loggerFactory">Where the engines log; <see langword="null"/>: nowhere.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
    public LlmEngineCatalog(ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        _loggerFactory = loggerFactory ?? NullLoggerFactory.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>The models in order of registration, each as it is at this moment.</summary>
    public IReadOnlyList<LlmEngineEntry> Models => _models;

    /// <summary>The ids of all models, in order of registration.</summary>
    public IReadOnlyList<string> ModelIds => [.. _models.Select(model => model.ModelId)];

    /// <summary>Whether every registered model takes requests.</summary>
    public bool IsReady => _models.All(model => model.IsReady);

    /// <summary>Registers a model; <see cref="LoadAsync"/> loads it.</summary>
    /// <exception cref="ArgumentException">The options are out of range, or the model's id is taken.</exception>
    public void Add(LlmEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        LlmEngineOptionsValidator.Validate(options);
        Add(new LlmEngineEntry(LlmEngine.IdOf(options), LlmEngineState.Loading, Engine: null, Error: null), options);
    }

    /// <summary>Takes over an engine that is loaded already.</summary>
    /// <exception cref="ArgumentException">The model's id is taken.</exception>
    public void Add(LlmEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Add(new LlmEngineEntry(engine.ModelId, LlmEngineState.Ready, engine, Error: null), options: null);
    }

    /// <summary>The model of an id, whatever its state; <see langword="null"/> if there is none of that id.</summary>
    public LlmEngineEntry? Find(string modelId)
    {
        foreach (LlmEngineEntry model in _models)
        {
            if (string.Equals(model.ModelId, modelId, StringComparison.Ordinal))
            {
                return model;
            }
        }

        return null;
    }

    /// <summary>The engine of an id, if it is ready.</summary>
    public bool TryGet(string modelId, [NotNullWhen(true)] out LlmEngine? engine)
    {
        engine = Find(modelId)?.Engine;
        return engine is not null;
    }

    /// <summary>The engine of an id, loaded if it is not yet.</summary>
    /// <exception cref="KeyNotFoundException">There is no model of that id.</exception>
    /// <exception cref="InvalidModelException">It cannot be loaded.</exception>
    public async Task<LlmEngine> GetAsync(string modelId, CancellationToken cancellationToken = default)
    {
        if (TryGet(modelId, out LlmEngine? engine))
        {
            return engine;
        }

        await LoadMissingAsync(modelId, cancellationToken).ConfigureAwait(false);
        LlmEngineEntry model = Find(modelId) ?? throw new KeyNotFoundException($"There is no model '{modelId}'.");
        return model.Engine ?? throw new InvalidModelException($"The model '{modelId}' could not be loaded: {model.Error}");
    }

    /// <summary>A model as an <see cref="IChatClient"/>; its first call loads the model if nobody did it before. The client does not own the engine.</summary>
    public IChatClient AsChatClient(string modelId) => new CatalogChatClient(this, modelId);

    /// <summary>
    /// Loads, one after another, every registered model that is not loaded. A model that cannot be loaded becomes
    /// <see cref="LlmEngineState.Failed"/> and does not keep the others from loading; calling again tries it again.
    /// </summary>
    public Task LoadAsync(CancellationToken cancellationToken = default) => LoadMissingAsync(modelId: null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ImmutableArray<LlmEngineEntry> models;
        lock (_lock)
        {
            models = _models;
            _models = [];
            _disposed = true;
        }

        foreach (LlmEngineEntry model in models)
        {
            if (model.Engine is not null)
            {
                await model.Engine.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task LoadMissingAsync(string? modelId, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (LlmEngineEntry model in _models)
            {
                if (!model.IsReady && (modelId is null || model.ModelId == modelId) && OptionsOf(model.ModelId) is { } options)
                {
                    await LoadModelAsync(model.ModelId, options, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _loading.Release();
        }
    }

    private void Add(LlmEngineEntry model, LlmEngineOptions? options)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (model.ModelId.Length == 0 || Find(model.ModelId) is not null)
            {
                throw new ArgumentException(
                    model.ModelId.Length == 0 ? "A model needs an id: set ModelId, or name its folder." : $"There is already a model '{model.ModelId}': give one of them another ModelId.");
            }

            _models = _models.Add(model);
            if (options is not null)
            {
                _pending.Add(model.ModelId, options);
            }
        }
    }

    private LlmEngineOptions? OptionsOf(string modelId)
    {
        lock (_lock)
        {
            return _pending.GetValueOrDefault(modelId);
        }
    }

    private async Task LoadModelAsync(string modelId, LlmEngineOptions options, CancellationToken cancellationToken)
    {
        Replace(new LlmEngineEntry(modelId, LlmEngineState.Loading, Engine: null, Error: null));
        try
        {
            LlmEngine engine = await LlmEngine.LoadAsync(options, _loggerFactory, _timeProvider, cancellationToken).ConfigureAwait(false);
            if (!Replace(new LlmEngineEntry(modelId, LlmEngineState.Ready, engine, Error: null)))
            {
                await engine.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.ModelNotLoaded(_loggerFactory.CreateLogger<LlmEngineCatalog>(), modelId, exception);
            Replace(new LlmEngineEntry(modelId, LlmEngineState.Failed, Engine: null, exception.Message));
        }
    }

    private bool Replace(LlmEngineEntry model)
    {
        lock (_lock)
        {
            for (int index = 0; index < _models.Length; index++)
            {
                if (string.Equals(_models[index].ModelId, model.ModelId, StringComparison.Ordinal))
                {
                    _models = _models.SetItem(index, model);
                    return true;
                }
            }

            return false;
        }
    }
}
