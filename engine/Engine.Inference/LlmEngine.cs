using Engine.Inference.ChatClient;
using Engine.Inference.ChatTemplates;
using Engine.Inference.Core;
using Engine.Inference.Diagnostics;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Sampling;
using Engine.Inference.Tokenization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Engine.Inference;

/// <summary>
/// A loaded model, text in and text out: renders the chat template, encodes, submits to the engine's loop, and turns the tokens that come back
/// into text. Thread-safe; its work runs on the caller's task, the model's on the engine's own thread.
/// </summary>
public sealed class LlmEngine : IAsyncDisposable
{
    private readonly IModelRunner _runner;
    private readonly EngineCore _core;
    private readonly PromptEncoder _prompts;
    private readonly GenerationConfig _defaults;

    /// <summary>Tokens that can be given to the model: those that both the tokenizer and the graph have.</summary>
    private readonly int _tokenCount;

    internal LlmEngine(LlmEngineOptions options, LlmEngineParts parts, ILogger logger, TimeProvider timeProvider)
    {
        _runner = parts.Runner;
        _defaults = parts.Defaults;
        _tokenCount = Math.Min(parts.Runner.VocabularySize, parts.Tokenizer.VocabularySize);
        Tokenizer = parts.Tokenizer;
        ChatTemplate = parts.Template;
        ModelId = IdOf(options);
        Config = parts.Config;
        ContextLength = ContextLengthOf(options, parts);
        Fingerprint = parts.Fingerprint;
        Time = timeProvider;
        Created = timeProvider.GetUtcNow();
        _prompts = new PromptEncoder(parts.Tokenizer, parts.Template, _tokenCount, timeProvider);
        _core = new EngineCore(parts.Runner, _tokenCount, options, logger);
    }

    /// <summary>The name the model goes by.</summary>
    public string ModelId { get; }

    /// <summary>What the model's folder says about it.</summary>
    public ModelConfig Config { get; }

    /// <summary>The most tokens, prompt and answer together, that one sequence may hold: the least that options, model, runner and memory allow.</summary>
    public int ContextLength { get; }

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The model's chat template; <see langword="null"/> for a model that has none.</summary>
    public ChatTemplate? ChatTemplate { get; }

    /// <summary>Changes with the model's files, precision, runner and kernels: equal fingerprint, seed and request give equal text.</summary>
    public string Fingerprint { get; }

    /// <summary>When the model was loaded.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>What computes.</summary>
    internal IModelRunner Runner => _runner;

    internal EngineCore Core => _core;

    /// <summary>The clock.</summary>
    internal TimeProvider Time { get; }

    /// <summary>Loads a model's folder with the default options.</summary>
    /// <param name="model">The folder.</param>
    /// <param name="cancellationToken">Gives up loading.</param>
    /// <exception cref="Engine.Onnx.InvalidModelException">The folder cannot be run; the message says which file and what to do.</exception>
    public static Task<LlmEngine> LoadAsync(string model, CancellationToken cancellationToken = default) =>
        LoadAsync(new LlmEngineOptions { Model = model }, cancellationToken: cancellationToken);

    /// <summary>Loads a model's folder.</summary>
    /// <param name="options">Which model, and how it is served.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/>: nowhere.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
    /// <param name="cancellationToken">Gives up loading.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="Engine.Onnx.InvalidModelException">The folder cannot be run; the message says which file and what to do.</exception>
    public static Task<LlmEngine> LoadAsync(
        LlmEngineOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        LlmEngineOptionsValidator.Validate(options);
        ILogger logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<LlmEngine>();
        TimeProvider time = timeProvider ?? TimeProvider.System;

        // Loading is computing: it does not hold up the caller's thread.
        return Task.Run(() => Load(options, logger, time, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Checks a request, renders and encodes its prompt, and submits its choices. Throws before the first token or not at all because of the
    /// request; nothing is ever truncated.
    /// </summary>
    /// <param name="request">What to generate.</param>
    /// <param name="cancellationToken">Gives up starting; a started request is ended through <see cref="Generation.UpdatesAsync"/> or by disposing it.</param>
    /// <exception cref="GenerationException">The request is invalid, does not fit the context, cannot be done by this model, or the queue is full.</exception>
    public Task<Generation> StartAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled<Generation>(cancellationToken) : StartOnCallerAsync(request, cancellationToken);
    }

    /// <summary>Tokens a prompt comes to, rendered and encoded as <see cref="StartAsync"/> does.</summary>
    /// <exception cref="GenerationException">The prompt is invalid, or the model has no chat template for it.</exception>
    public int CountTokens(Prompt prompt) => _prompts.Encode(prompt).Ids.Length;

    /// <summary>This engine as an <see cref="IChatClient"/>. The client does not own the engine.</summary>
    public IChatClient AsChatClient() => new LlmChatClient(this);

    /// <summary>Takes no more requests, waits for those that run or wait, and stops. The engine is still to be disposed.</summary>
    /// <param name="cancellationToken">Ends those that still run.</param>
    public Task DrainAsync(CancellationToken cancellationToken = default) => _core.DrainAsync(cancellationToken);

    /// <summary>Ends what still runs, and frees the model.</summary>
    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync().ConfigureAwait(false);
        _runner.Dispose();
    }

    /// <summary>The name a model goes by.</summary>
    internal static string IdOf(LlmEngineOptions options) => options.ModelId ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Model)));

    private static LlmEngine Load(LlmEngineOptions options, ILogger logger, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        long start = timeProvider.GetTimestamp();
        LlmEngineParts parts = LlmEngineParts.Load(options, cancellationToken);
        foreach (string warning in parts.Warnings)
        {
            Log.ModelWarning(logger, IdOf(options), warning);
        }

        LlmEngine engine = new(options, parts, logger, timeProvider);
        Log.ModelLoaded(
            logger,
            engine.ModelId,
            (long)timeProvider.GetElapsedTime(start).TotalMilliseconds,
            engine.ContextLength,
            parts.Runner.KVCacheLayout.BlockCount,
            parts.Runner.KVCacheLayout.BlockSize,
            engine.Fingerprint);
        return engine;
    }

    private static int ContextLengthOf(LlmEngineOptions options, LlmEngineParts parts)
    {
        long memory = (long)parts.Runner.KVCacheLayout.BlockCount * parts.Runner.KVCacheLayout.BlockSize;
        long model = parts.Config.ContextLength > 0 ? parts.Config.ContextLength : int.MaxValue;
        return (int)Math.Min(Math.Min(options.ContextLength ?? int.MaxValue, model), Math.Min(parts.Runner.ContextLength, memory));
    }

    // Asynchronous for its exceptions only: they belong into the task.
    private async Task<Generation> StartOnCallerAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        GenerationRequestValidator.Validate(request, _tokenCount);
        if (request.ChoiceCount > _core.MaxUnfinished)
        {
            throw new GenerationException(
                GenerationError.InvalidRequest, $"This model takes at most {_core.MaxUnfinished} choices at a time, not {request.ChoiceCount}.", "ChoiceCount");
        }

        EncodedPrompt prompt = _prompts.Encode(request.Prompt);
        TokenRequest tokens = CreateTokenRequest(request, prompt);
        cancellationToken.ThrowIfCancellationRequested();
        return new Generation(_core, Tokenizer, request, prompt, _core.Submit(tokens));
    }

    private TokenRequest CreateTokenRequest(GenerationRequest request, EncodedPrompt prompt)
    {
        SamplingParameters sampling = GenerationRequestValidator.Resolve(request.Sampling, _defaults);
        return new TokenRequest
        {
            PromptTokens = prompt.Ids,
            Sampling = sampling,
            Seed = sampling.Seed ?? (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue),
            ChoiceCount = request.ChoiceCount,
            MaxTokens = MaxTokensFor(request, prompt.Ids.Length),
            MinTokens = request.MinTokens,
            EndTokenIds = [.. request.IgnoreEndTokens ? request.StopTokenIds : Config.EosTokenIds.Concat(request.StopTokenIds).Distinct()],
            LogprobCount = request.Logprobs,
            PromptLogprobCount = request.PromptLogprobs,
            CacheSalt = request.CacheSalt,
            Priority = request.Priority,
        };
    }

    private int MaxTokensFor(GenerationRequest request, int promptTokens)
    {
        int room = ContextLength - promptTokens;
        if (room >= (request.MaxTokens ?? Math.Max(1, request.MinTokens)))
        {
            return request.MaxTokens ?? room;
        }

        string requested = request.MaxTokens is int most ? $"{most} requested tokens" : $"at least {Math.Max(1, request.MinTokens)} more";
        throw new GenerationException(
            GenerationError.ContextLengthExceeded,
            $"This model's context holds {ContextLength} tokens, but the prompt has {promptTokens} and {requested} come on top: shorten the prompt or ask for fewer tokens.");
    }
}
