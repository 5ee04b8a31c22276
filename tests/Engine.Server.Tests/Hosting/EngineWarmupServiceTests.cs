using Engine.Inference;
using Engine.Onnx;
using Engine.Server.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Engine.Server.Tests.Hosting;

public sealed class EngineWarmupServiceTests
{
    [Theory]
    [InlineData(true, LlmEngineState.Failed)]
    [InlineData(false, LlmEngineState.Loading)]
    public async Task Start_ModelsOfTheCatalog_AreLoadedUnlessTheProgramDoes(bool loadModels, LlmEngineState state)
    {
        await using LlmEngineCatalog catalog = new();
        catalog.Add(new LlmEngineOptions { Model = "no/such/folder", ModelId = "m", Runner = (_, _) => throw new InvalidModelException("It cannot be loaded.") });
        using EngineWarmupService service = new(NullLogger<EngineWarmupService>.Instance, Options.Create(new OpenAIServerOptions { LoadModels = loadModels }), catalog);

        await service.StartAsync(TestContext.Current.CancellationToken);
        await service.ExecuteTask!;

        Assert.Equal(state, catalog.Find("m")!.State);
    }
}
