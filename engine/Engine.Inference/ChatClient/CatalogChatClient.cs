using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Engine.Inference.ChatClient;

/// <summary>A model of a catalog as <see cref="IChatClient"/>, which may not be loaded yet when the client is made.</summary>
internal sealed class CatalogChatClient(LlmEngineCatalog catalog, string modelId) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new(LlmChatClient.ProviderName, providerUri: null, modelId);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using IChatClient client = await LoadAsync(cancellationToken).ConfigureAwait(false);
        return await client.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using IChatClient client = await LoadAsync(cancellationToken).ConfigureAwait(false);
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : catalog.TryGet(modelId, out LlmEngine? engine) && serviceType.IsInstanceOfType(engine) ? engine
            : null;
    }

    public void Dispose()
    {
    }

    private async Task<IChatClient> LoadAsync(CancellationToken cancellationToken) =>
        (await catalog.GetAsync(modelId, cancellationToken).ConfigureAwait(false)).AsChatClient();
}
