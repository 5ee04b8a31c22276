using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;

namespace Engine.Inference.ChatClient;

/// <summary>An engine as <see cref="IChatClient"/>: what <c>Engine.Server</c> does for HTTP, this does for callers in the process. Thread-safe; does not own the engine.</summary>
internal sealed class LlmChatClient(LlmEngine engine) : IChatClient
{
    public const string ProviderName = "engine";

    private readonly ChatClientMetadata _metadata = new(ProviderName, providerUri: null, engine.ModelId);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        await using Generation generation = await StartAsync(messages, options, cancellationToken).ConfigureAwait(false);
        StringBuilder text = new();
        Core.FinishReason? finishReason = null;
        await foreach (GenerationUpdate update in generation.UpdatesAsync(cancellationToken).ConfigureAwait(false))
        {
            text.Append(update.Text);
            finishReason = update.FinishReason ?? finishReason;
        }

        string responseId = NewId();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text.ToString()) { MessageId = responseId })
        {
            ResponseId = responseId,
            ModelId = engine.ModelId,
            CreatedAt = engine.Time.GetUtcNow(),
            FinishReason = Map(finishReason),
            Usage = Map(generation.Usage),
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        await using Generation generation = await StartAsync(messages, options, cancellationToken).ConfigureAwait(false);
        string responseId = NewId();
        DateTimeOffset created = engine.Time.GetUtcNow();
        await foreach (GenerationUpdate update in generation.UpdatesAsync(cancellationToken).ConfigureAwait(false))
        {
            ChatResponseUpdate response = new(ChatRole.Assistant, update.Text.Length == 0 ? [] : [new TextContent(update.Text)])
            {
                ResponseId = responseId,
                MessageId = responseId,
                ModelId = engine.ModelId,
                CreatedAt = created,
                FinishReason = Map(update.FinishReason),
                RawRepresentation = update,
            };
            if (update.FinishReason is not null)
            {
                response.Contents.Add(new UsageContent(Map(generation.Usage)));
            }

            yield return response;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(engine) ? engine
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
    }

    private static string NewId() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    private static ChatFinishReason? Map(Core.FinishReason? reason) => reason switch
    {
        Core.FinishReason.Stop => ChatFinishReason.Stop,
        Core.FinishReason.Length => ChatFinishReason.Length,
        _ => null,
    };

    private static UsageDetails Map(GenerationUsage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.PromptTokens + usage.CompletionTokens,
        CachedInputTokenCount = usage.CachedTokens,
    };

    private Task<Generation> StartAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        engine.StartAsync(ChatRequestMapper.Map(this, engine.ModelId, messages, options), cancellationToken);
}
