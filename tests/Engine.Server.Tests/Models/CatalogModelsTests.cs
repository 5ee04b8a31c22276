using Engine.Inference;
using Engine.Server.Errors;
using Engine.Server.Models;
using Engine.Server.Tests.Support;

namespace Engine.Server.Tests.Models;

public sealed class CatalogModelsTests
{
    [Fact]
    public async Task Get_ModelThatIsNotLoaded_SaysWhenToComeBack()
    {
        await using LlmEngineCatalog catalog = new();
        catalog.Add(new LlmEngineOptions { Model = "no/such/folder", ModelId = "m" });
        CatalogModels models = new(new FixedTime(), catalog: catalog);

        OpenAIException get = Assert.Throws<OpenAIException>(() => models.Get("m"));
        OpenAIException ready = Assert.Throws<OpenAIException>(models.RequireReady);

        Assert.Equal((503, "model_loading", 2), (get.Status, get.Code, get.RetryAfterSeconds));
        Assert.Equal((503, "model_loading", 2), (ready.Status, ready.Code, ready.RetryAfterSeconds));
        Assert.Equal("m", Assert.Single(models.List()).Id);
    }

    [Fact]
    public async Task Get_ModelThatFailedToLoad_IsUnavailableAndNotListed()
    {
        await using LlmEngineCatalog catalog = new();
        catalog.Add(new LlmEngineOptions { Model = "no/such/folder", ModelId = "m" });
        await catalog.LoadAsync(TestContext.Current.CancellationToken);
        CatalogModels models = new(new FixedTime(), catalog: catalog);

        OpenAIException get = Assert.Throws<OpenAIException>(() => models.Get("m"));

        Assert.Equal((503, "model_unavailable"), (get.Status, get.Code));
        Assert.DoesNotContain("folder", get.Message, StringComparison.Ordinal);
        Assert.Empty(models.List());
    }

    [Fact]
    public async Task Get_UnknownModel_IsNotFound()
    {
        await using LlmEngineCatalog catalog = new();
        CatalogModels models = new(new FixedTime(), catalog: catalog);

        Assert.Equal(404, Assert.Throws<OpenAIException>(() => models.Get("m")).Status);
    }

    [Fact]
    public void Create_NoCatalog_SaysWhatToCall() =>
        Assert.Contains("AddLlmEngine", Assert.Throws<InvalidOperationException>(() => new CatalogModels(new FixedTime())).Message, StringComparison.Ordinal);
}
