using Engine.Inference.Models;
using Engine.Inference.Runners;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Engine.Inference;

/// <summary>
/// A loaded model, text in and text out: renders the chat template, encodes, submits to the engine's loop, and turns the tokens that come back
/// into text. Thread-safe; its work runs on the caller's task, the model's on the engine's own thread.
/// </summary>
public sealed class LlmEngine : IAsyncDisposable
{
    private readonly IModelRunner _runner;

    internal LlmEngine(LlmEngineOptions options, ModelConfig config, IModelRunner runner, TimeProvider timeProvider)
    {
        _runner = runner;
        ModelId = options.ModelId ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Model));
        Config = config;
        ContextLength = Math.Min(config.ContextLength, runner.ContextLength);
        Fingerprint = runner.Fingerprint;
        Created = timeProvider.GetUtcNow();
    }

    /// <summary>The name the model goes by.</summary>
    public string ModelId { get; }

    /// <summary>What the model's folder says about it.</summary>
    public ModelConfig Config { get; }

    /// <summary>The most tokens, prompt and answer together, that one sequence may hold: the least that options, model, runner and memory allow.</summary>
    public int ContextLength { get; }

    /// <summary>Changes with the model's files, precision, runner and kernels: equal fingerprint, seed and request give equal text.</summary>
    public string Fingerprint { get; }

    /// <summary>When the model was loaded.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>Loads a model's folder with the default options.</summary>
    /// <inheritdoc cref="LoadAsync(LlmEngineOptions, ILoggerFactory?, TimeProvider?, CancellationToken)"/>
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
        LlmEngineOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Models cannot be loaded yet.");

    /// <summary>
    /// Checks a request, renders and encodes its prompt, and submits its choices. Throws before the first token or not at all because of the
    /// request; nothing is ever truncated.
    /// </summary>
    /// <param name="request">What to generate.</param>
    /// <param name="cancellationToken">Gives up starting; a started request is ended through <see cref="Generation.UpdatesAsync"/> or by disposing it.</param>
    /// <exception cref="GenerationException">The request is invalid, does not fit the context, cannot be done by this model, or the queue is full.</exception>
    public Task<Generation> StartAsync(GenerationRequest request, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Nothing can be generated yet.");

    /// <summary>Tokens a prompt comes to, rendered and encoded as <see cref="StartAsync"/> does.</summary>
    /// <exception cref="GenerationException">The prompt is invalid, or the model has no chat template for it.</exception>
    public int CountTokens(Prompt prompt) => throw new NotSupportedException("Nothing can be counted yet.");

    /// <summary>This engine as an <see cref="IChatClient"/>. The client does not own the engine.</summary>
    public IChatClient AsChatClient() => throw new NotSupportedException("Nothing can be generated yet.");

    /// <summary>Ends what still runs, and frees the model.</summary>
    public ValueTask DisposeAsync()
    {
        _runner.Dispose();
        return ValueTask.CompletedTask;
    }
}
