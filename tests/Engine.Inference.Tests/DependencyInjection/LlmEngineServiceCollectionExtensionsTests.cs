using Engine.Onnx;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Engine.Inference.Tests.DependencyInjection;

public class LlmEngineServiceCollectionExtensionsTests
{
    [Fact]
    public async Task AddLlmEngine_Twice_RegistersBothInOneCatalog()
    {
        ServiceCollection services = new();
        services.AddLlmEngine(options => options.Model = "models/one").Configure(options => options.ModelId = "first");
        services.AddLlmEngine(options => options.Model = "models/two");
        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(["first", "two"], provider.GetRequiredService<LlmEngineCatalog>().ModelIds);
    }

    [Fact]
    public async Task AddLlmEngine_OptionOutOfRange_IsRefusedWithTheCatalog()
    {
        ServiceCollection services = new();
        services.AddLlmEngine(options => options.Model = "").AddChatClient();
        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Throws<ArgumentException>(() => provider.GetRequiredService<LlmEngineCatalog>());
    }

    [Fact]
    public async Task AddChatClient_PlainAndKeyed_AreClientsOfTheirModels()
    {
        ServiceCollection services = new();
        services.AddLlmEngine(options => options.Model = "models/one").AddChatClient();
        services.AddLlmEngine(options => options.Model = "models/two").AddChatClient("second");
        await using ServiceProvider provider = services.BuildServiceProvider();

        IChatClient client = provider.GetRequiredService<IChatClient>();

        Assert.Equal("one", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Equal("two", provider.GetRequiredKeyedService<IChatClient>("second").GetService<ChatClientMetadata>()!.DefaultModelId);
        await Assert.ThrowsAsync<InvalidModelException>(() => client.GetResponseAsync("Hi", cancellationToken: TestContext.Current.CancellationToken));
    }
}
