using System.Text.Json.Nodes;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;
using Engine.Tests;

namespace Engine.GenAI.Tests;

/// <summary>What people meet who set something up wrong: one sentence that says what mends it.</summary>
public class LoadErrorTests
{
    // Refused before anything of it is loaded.
    private static string DefaultModel => Path.Combine(SharedData.Repository, "models/default");

    [Theory]
    [InlineData("cuda", "-p:GenAIPackage=Microsoft.ML.OnnxRuntimeGenAI.Cuda (0.18.0)")]
    [InlineData("cuda:1", "-p:GenAIPackage=Microsoft.ML.OnnxRuntimeGenAI.Cuda (0.18.0)")]
    public void Create_DeviceThatThePackageHasNot_NamesThePackageThatHas(string device, string package)
    {
        string message = Refusal(DefaultModel, options => options.Device = ExecutionDevice.Parse(device));

        Assert.StartsWith($"This build of ONNX Runtime GenAI cannot compute on {ExecutionDevice.Parse(device)}", message, StringComparison.Ordinal);
        Assert.Contains(package, message, StringComparison.Ordinal);
        Assert.Contains("--native-folder", message, StringComparison.Ordinal);
        Assert.Contains("--device cpu", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_DirectMLElsewhereThanOnWindows_SaysSo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has DirectML");

        Assert.Equal(
            "This machine cannot compute on dml:1: DirectML exists on Windows alone; compute on the processor (--device cpu) or by CUDA (--device cuda).",
            Refusal(DefaultModel, options => options.Device = ExecutionDevice.Parse("dml:1")));
    }

    [Fact]
    public void Create_FolderMadeForAnotherDevice_SaysHowToRunItHere()
    {
        using StoriesFolder folder = StoriesFolder.Copy("for-cuda", config => Providers(config, "cuda"));

        Assert.Contains("--device cpu", Refusal(folder.Path), StringComparison.Ordinal);
        using IModelRunner onCpu = StoriesFolder.Open(folder.Path, options => options.Device = ExecutionDevice.Cpu);
        Assert.EndsWith("-cpu", onCpu.Fingerprint, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ProviderThatNobodyKnows_IsNamed()
    {
        using StoriesFolder folder = StoriesFolder.Copy("for-webgpu", config => Providers(config, "WebGPU"));

        Assert.StartsWith("This build of ONNX Runtime GenAI cannot compute on WebGPU", Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ProviderOptionsForTheProcessor_AreRefused() =>
        Assert.Contains("--provider-option", Refusal(DefaultModel, options => options.ProviderOptions["gpu_mem_limit"] = "1"), StringComparison.Ordinal);

    [Fact]
    public void Create_AccuracyLevel_IsRefused() =>
        Assert.Contains("--accuracy-level", Refusal(DefaultModel, options => options.AccuracyLevel = 4), StringComparison.Ordinal);

    [Fact]
    public void Create_KeysAndValuesOfAnotherType_AreRefused() =>
        Assert.Contains("--kv-type", Refusal(DefaultModel, options => options.KVCacheType = Engine.Inference.KVCacheType.Int8), StringComparison.Ordinal);

    [Fact]
    public void Create_FolderWithCustomOperators_IsRefused()
    {
        using StoriesFolder folder = StoriesFolder.Copy("with-code", config =>
            config["model"]!["decoder"]!["session_options"]!["custom_ops_library"] = "libevil.so");

        Assert.Contains("--allow-native-code", Refusal(folder.Path), StringComparison.Ordinal);

        // Allowed, it is GenAI that looks for it.
        string message = Assert.Throws<InvalidModelException>(() => GenAIModelRunner.Create(ModelDirectory.Open(folder.Path, allowsNativeCode: true), StoriesFolder.Options(folder.Path))).Message;
        Assert.Contains("libevil.so", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_PathBeyondAscii_Opens()
    {
        using StoriesFolder folder = StoriesFolder.Copy("Modell für 日本 ü", _ => { });

        using IModelRunner runner = StoriesFolder.Open(folder.Path);
        Assert.Equal(512, runner.VocabularySize);
    }

    private static void Providers(JsonObject config, string provider) =>
        config["model"]!["decoder"]!["session_options"]!["provider_options"] = new JsonArray(new JsonObject { [provider] = new JsonObject() });

    private static string Refusal(string path, Action<Engine.Inference.LlmEngineOptions>? configure = null) =>
        Assert.Throws<InvalidModelException>(() => StoriesFolder.Open(path, configure)).Message;
}
