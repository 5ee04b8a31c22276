using Engine.Onnx;
using Engine.Tests.Inference;

namespace Engine.Inference.Tests;

public class LlmEngineCatalogTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LoadAsync_FolderThatIsNotThere_IsFailedAndKeepsNobodyElseBack()
    {
        await using LlmEngineCatalog catalog = new();
        catalog.Add(new LlmEngineOptions { Model = "no/such/folder" });
        catalog.Add(FakeEngine.Create(new FakeModelRunner()));
        Assert.Equal(LlmEngineState.Loading, catalog.Find("folder")!.State);

        await catalog.LoadAsync(Cancellation);

        LlmEngineEntry failed = catalog.Find("folder")!;
        Assert.Equal(LlmEngineState.Failed, failed.State);
        Assert.Contains("does not exist", failed.Error, StringComparison.Ordinal);
        Assert.False(catalog.IsReady);
        Assert.Equal(["folder", "fake"], catalog.ModelIds);
        Assert.True(catalog.TryGet("fake", out LlmEngine? engine));
        Assert.Same(engine, await catalog.GetAsync("fake", Cancellation));
        await Assert.ThrowsAsync<InvalidModelException>(() => catalog.GetAsync("folder", Cancellation));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => catalog.GetAsync("other", Cancellation));
    }

    [Fact]
    public async Task Add_TakenId_IsRefused()
    {
        await using LlmEngineCatalog catalog = new();
        catalog.Add(new LlmEngineOptions { Model = "a/model" });

        Assert.Throws<ArgumentException>(() => catalog.Add(new LlmEngineOptions { Model = "b/model/" }));
        catalog.Add(new LlmEngineOptions { Model = "b/model", ModelId = "other" });
        Assert.Null(catalog.Find("MODEL"));
    }

    [Fact]
    public async Task DisposeAsync_Catalog_DisposesItsEngines()
    {
        FakeModelRunner runner = new();
        LlmEngineCatalog catalog = new();
        catalog.Add(FakeEngine.Create(runner));

        await catalog.DisposeAsync();

        Assert.True(runner.IsDisposed);
        Assert.Empty(catalog.Models);
    }

    public static TheoryData<LlmEngineOptions> InvalidOptions =>
    [
        new LlmEngineOptions(),
        new LlmEngineOptions { Model = "m", ModelId = "" },
        new LlmEngineOptions { Model = "m", Threads = -1 },
        new LlmEngineOptions { Model = "m", AccuracyLevel = 2 },
        new LlmEngineOptions { Model = "m", ContextLength = 0 },
        new LlmEngineOptions { Model = "m", KVCacheBytes = 0 },
        new LlmEngineOptions { Model = "m", KVCacheType = (KVCacheType)7 },
        new LlmEngineOptions { Model = "m", MaxSequences = 1025 },
        new LlmEngineOptions { Model = "m", MaxTokensPerStep = 15 },
        new LlmEngineOptions { Model = "m", MaxQueuedSequences = -1 },
    ];

    [Theory]
    [MemberData(nameof(InvalidOptions), DisableDiscoveryEnumeration = true)]
    public async Task Add_OptionOutOfRange_IsRefused(LlmEngineOptions options)
    {
        await using LlmEngineCatalog catalog = new();

        Assert.Throws<ArgumentException>(() => catalog.Add(options));
        await Assert.ThrowsAsync<ArgumentException>(() => LlmEngine.LoadAsync(options, cancellationToken: Cancellation));
    }
}
