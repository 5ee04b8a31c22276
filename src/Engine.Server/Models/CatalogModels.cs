using Engine.Inference;
using Engine.Server.Errors;
using Engine.Server.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Engine.Server.Models;

/// <summary>The models of the application's <see cref="LlmEngineCatalog"/>.</summary>
internal sealed class CatalogModels(TimeProvider time, IHostApplicationLifetime? lifetime = null, LlmEngineCatalog? catalog = null) : IServedModels
{
    private readonly LlmEngineCatalog _catalog = catalog
        ?? throw new InvalidOperationException("No model is registered: call services.AddLlmEngine(…), or register an LlmEngineCatalog, beside AddOpenAIServer().");

    private readonly DateTimeOffset _started = time.GetUtcNow();

    public IReadOnlyList<ModelInfo> List() =>
    [
        .. _catalog.Models.Where(entry => entry.State != LlmEngineState.Failed).Select(entry => new ModelInfo
        {
            Id = entry.ModelId,
            Created = (entry.Engine?.Created ?? _started).ToUnixTimeSeconds(),
            ContextLength = entry.Engine?.ContextLength,
        }),
    ];

    public ServedModel Get(string id)
    {
        LlmEngineEntry entry = _catalog.Find(id) ?? throw ModelsHandler.Unknown(id);
        RequireRunning();
        return new ServedEngine(entry.Engine ?? throw NotReady(entry));
    }

    public void RequireReady()
    {
        RequireRunning();
        if (_catalog.Models.FirstOrDefault(entry => !entry.IsReady) is { } entry)
        {
            throw NotReady(entry);
        }
    }

    private void RequireRunning()
    {
        if (lifetime?.ApplicationStopping.IsCancellationRequested == true)
        {
            throw new OpenAIException(
                StatusCodes.Status503ServiceUnavailable, "The server is shutting down. Try again in a while.", ErrorCodes.ServerShuttingDown, retryAfterSeconds: 5);
        }
    }

    private static OpenAIException NotReady(LlmEngineEntry entry) => entry.State == LlmEngineState.Failed
        ? new OpenAIException(
            StatusCodes.Status503ServiceUnavailable, $"The model '{entry.ModelId}' could not be loaded; the server's log says why.", ErrorCodes.ModelUnavailable)
        : new OpenAIException(
            StatusCodes.Status503ServiceUnavailable, $"The model '{entry.ModelId}' is being loaded. Try again in a moment.", ErrorCodes.ModelLoading, retryAfterSeconds: 2);
}
