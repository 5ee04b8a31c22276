using Engine.Inference;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Engine.Server.Hosting;

/// <summary>Loads the registered models while the server already answers; until a model is there, requests for it are told to come back.</summary>
internal sealed partial class EngineWarmupService(ILogger<EngineWarmupService> logger, IOptions<OpenAIServerOptions> options, LlmEngineCatalog? catalog = null) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (catalog is null || !options.Value.LoadModels)
        {
            return;
        }

        // Loading works on the caller's thread at first; the host must not wait for it to start.
        await Task.Yield();
        await catalog.LoadAsync(stoppingToken).ConfigureAwait(false);
        foreach (LlmEngineEntry model in catalog.Models)
        {
            if (model.Error is not null)
            {
                LogFailed(model.ModelId, model.Error);
            }
        }
    }

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "The model '{ModelId}' could not be loaded: {Error}")]
    private partial void LogFailed(string modelId, string error);
}
