using System.Text;
using System.Text.Json.Nodes;
using Engine.Inference.Models;
using Engine.Onnx;
using Engine.Tests;

namespace Engine.Inference.Tests.Models;

public class ModelDirectoryTests
{
    private static string RefusalOf(TemporaryModelFolder folder)
    {
        string message = Assert.Throws<InvalidModelException>(() => ModelDirectory.Open(folder.Folder)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        return message;
    }

    [Fact]
    public void Open_DefaultModel_SaysWhatItsFilesSay()
    {
        ModelDirectory directory = ModelDirectory.Open(Path.Combine(SharedData.Repository, "models/default"));

        Assert.Equal("llama", directory.Config.ModelType);
        Assert.Equal(8192, directory.Config.ContextLength);
        Assert.Equal(49152, directory.Config.VocabularySize);
        Assert.Equal([2], directory.Config.EosTokenIds);
        Assert.Equal(1, directory.Config.BosTokenId);
        Assert.Equal(30, directory.Config.Decoder.LayerCount);
        Assert.Equal(3, directory.Config.Decoder.KeyValueHeadCount);
        Assert.Equal(new GenerationConfig { Temperature = 0.2f, TopP = 0.9f, TopK = 50, RepetitionPenalty = 1 }, directory.Generation);
        Assert.Empty(directory.Warnings);
    }

    public static TheoryData<string> SharedFolders =>
        [.. SharedData.FoldersOf("genai-fixtures").Select(name => $"genai-fixtures/{name}"), .. SharedData.FoldersOf("model-zoo").Where(name => name != "tokenizer").Select(name => $"model-zoo/{name}")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SharedFolders))]
    public void Open_FolderOfTheModelBuilder_KnowsEveryKey(string folder)
    {
        ModelDirectory directory = ModelDirectory.Open(SharedData.PathOf(folder));

        Assert.Empty(directory.Warnings);
        Assert.True(directory.Config.ContextLength > 0);
    }

    [Theory]
    [InlineData("[2, 7]", new[] { 2, 7 })]
    [InlineData("2", new[] { 2 })]
    [InlineData("null", new int[0])]
    [InlineData("-1", new int[0])]
    public void Open_EndTokensInAnyForm_AreRead(string value, int[] expected)
    {
        using TemporaryModelFolder folder = new();
        folder.Model["eos_token_id"] = JsonNode.Parse(value);
        folder.SaveConfig();

        Assert.Equal(expected, ModelDirectory.Open(folder.Folder).Config.EosTokenIds);
    }

    [Theory]
    [InlineData("""{"eos_token":"<|im_end|>"}""", 7)]
    [InlineData("""{"eos_token":{"content":"<|im_end|>","lstrip":false}}""", 7)]
    [InlineData("""{"eos_token":"<eos>"}""", 11)]
    [InlineData("""{"eos_token":"<x>","added_tokens_decoder":{"13":{"content":"<x>"}}}""", 13)]
    public void Open_EndTokensDifferBetweenFiles_TakesTheUnion(string tokenizerConfig, int tokenizerEnd)
    {
        using TemporaryModelFolder folder = new();
        folder.Write("tokenizer_config.json", tokenizerConfig).Write("generation_config.json", """{"eos_token_id":[2,5]}""");

        Assert.Equal([2, 5, tokenizerEnd], ModelDirectory.Open(folder.Folder).Config.EosTokenIds);
    }

    [Fact]
    public void Open_EndTokenOnlyInSpecialTokensMap_IsTaken()
    {
        using TemporaryModelFolder folder = new();
        folder.Write("special_tokens_map.json", """{"eos_token":{"content":"<|im_end|>"}}""");

        Assert.Equal([2, 7], ModelDirectory.Open(folder.Folder).Config.EosTokenIds);
    }

    [Fact]
    public void Open_UnknownKeysAtEveryLevel_WarnsOnceWithTheirPaths()
    {
        using TemporaryModelFolder folder = new();
        folder.Config["a"] = 1;
        folder.Model["b"] = new JsonObject { ["x"] = 1 };
        folder.Decoder["c"] = "2";
        folder.Decoder["inputs"]!["d"] = "d";
        folder.Search["e"] = true;
        folder.SaveConfig();

        string warning = Assert.Single(ModelDirectory.Open(folder.Folder).Warnings);

        Assert.Contains("model.decoder.inputs.d, model.decoder.c, model.b, search.e, a.", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model", "vision", """{"filename":"vision.onnx"}""")]
    [InlineData("model", "encoder", """{"filename":"encoder.onnx"}""")]
    [InlineData("model", "second_decoder", """{"filename":"other.onnx"}""")]
    [InlineData("model.decoder", "pipeline", """[{"a":{"filename":"x.onnx"}}]""")]
    [InlineData("model.decoder", "adapters", """["a.onnx_adapter"]""")]
    [InlineData("model.decoder.session_options", "custom_ops_library", "\"libevil.so\"")]
    public void Open_KeyThatChangesResults_IsRefusedByName(string section, string key, string value)
    {
        using TemporaryModelFolder folder = new();
        JsonNode node = section.Split('.').Aggregate((JsonNode)folder.Config, (parent, name) => parent[name]!);
        node[key] = JsonNode.Parse(value);
        folder.SaveConfig();

        Assert.Contains($"genai_config.json: {section}.{key}", RefusalOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NamesOverridden_AreTaken()
    {
        using TemporaryModelFolder folder = new();
        folder.Decoder["inputs"] = JsonNode.Parse("""{"input_ids":"tokens","past_key_names":"k_%d","embeds":"e"}""");
        folder.Decoder["outputs"] = JsonNode.Parse("""{"logits":"scores","present_value_names":"v_out_%d"}""");
        folder.SaveConfig();

        DecoderNames names = ModelDirectory.Open(folder.Folder).Config.Decoder.Names;

        Assert.Equal(new DecoderNames { InputIds = "tokens", PastKey = "k_%d", InputsEmbeds = "e", Logits = "scores", PresentValue = "v_out_%d" }, names);
    }

    [Fact]
    public void Open_ByteOrderMarkAndCarriageReturns_ReadsLikeThePlainFile()
    {
        using TemporaryModelFolder folder = new();
        byte[] text = Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(folder.Folder, "genai_config.json")).Replace(",", ",\r\n", StringComparison.Ordinal));
        folder.Write("genai_config.json", [0xEF, 0xBB, 0xBF, .. text]).Write("generation_config.json", [0xEF, 0xBB, 0xBF, .. "{\r\n\"top_k\": 3\r\n}"u8]);

        Assert.Equal(512, ModelDirectory.Open(folder.Folder).Config.ContextLength);
    }

    [Fact]
    public void Open_Utf16_IsRefusedByName()
    {
        using TemporaryModelFolder folder = new();
        folder.Write("generation_config.json", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("{}")]);

        Assert.Contains("generation_config.json is UTF-16", RefusalOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TrailingComma_NamesFileLineAndColumn()
    {
        using TemporaryModelFolder folder = new();
        folder.Write("generation_config.json", "{\n  \"top_k\": 1,\n}");

        Assert.Contains("generation_config.json, line 3, column 1: not valid JSON", RefusalOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GraphIsALfsPointer_SaysSo()
    {
        using TemporaryModelFolder folder = new();
        folder.Write("model.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");

        Assert.Contains("model.onnx is a Git LFS pointer", RefusalOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyGraph_SaysSo()
    {
        using TemporaryModelFolder folder = new();
        folder.Write("model.onnx", "");

        Assert.Contains("model.onnx is empty (0 bytes)", RefusalOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GraphMissing_NamesThosePresent()
    {
        using TemporaryModelFolder folder = new();
        folder.Delete("model.onnx").Write("other.onnx", "x").Write("onnx/model_q4.onnx", "x");

        string message = RefusalOf(folder);

        Assert.Contains("model.onnx", message, StringComparison.Ordinal);
        Assert.Contains("other.onnx", message, StringComparison.Ordinal);
        Assert.Contains("model_q4.onnx", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../model.onnx")]
    [InlineData("a/../../model.onnx")]
    [InlineData("..\\model.onnx")]
    [InlineData("/etc/model.onnx")]
    [InlineData("C:\\model.onnx")]
    public void Open_FileNameLeavesTheFolder_IsRefused(string name)
    {
        using TemporaryModelFolder folder = new();
        folder.Decoder["filename"] = name;
        folder.SaveConfig();

        Assert.Contains("not a file inside the model's folder", RefusalOf(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("context_length", "\"many\"", "a whole number")]
    [InlineData("context_length", "-5", "a whole number")]
    [InlineData("vocab_size", "1.5", "a whole number")]
    [InlineData("eos_token_id", "\"2\"", "a token id")]
    [InlineData("decoder", "[]", "an object")]
    [InlineData("type", "3", "a text")]
    public void Open_WrongType_NamesTheMember(string key, string value, string expected)
    {
        using TemporaryModelFolder folder = new();
        folder.Model[key] = JsonNode.Parse(value);
        folder.SaveConfig();

        Assert.Contains($"genai_config.json: model.{key} must be {expected}", RefusalOf(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model")]
    [InlineData("model.decoder")]
    [InlineData("model.context_length")]
    public void Open_RequiredPartMissing_NamesIt(string path)
    {
        using TemporaryModelFolder folder = new();
        string[] parts = path.Split('.');
        JsonObject parent = parts.Length == 1 ? folder.Config : folder.Model;
        parent.Remove(parts[^1]);
        folder.Search.Remove("max_length");
        folder.SaveConfig();

        Assert.Contains($"{path} is missing", RefusalOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PathOutsideAscii_IsRead()
    {
        using TemporaryModelFolder folder = new("モデル é 🦙 (v1)");

        Assert.Equal(256, ModelDirectory.Open(folder.Folder).Config.VocabularySize);
    }

    [Fact]
    public void Open_LinksIntoAHubCache_AreFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        using TemporaryModelFolder folder = new("snapshots/abc");
        string blob = Path.Combine(folder.Folder, "../../blob");
        File.Move(Path.Combine(folder.Folder, "model.onnx"), blob);
        File.CreateSymbolicLink(Path.Combine(folder.Folder, "model.onnx"), "../../blob");

        Assert.EndsWith("model.onnx", ModelDirectory.Open(folder.Folder).ModelFile, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoFolder_SaysWhatToGive()
    {
        using TemporaryModelFolder folder = new();

        Assert.Contains("does not exist", Assert.Throws<InvalidModelException>(() => ModelDirectory.Open(folder.Folder + "x")).Message, StringComparison.Ordinal);
        Assert.Contains("is a file", Assert.Throws<InvalidModelException>(() => ModelDirectory.Open(Path.Combine(folder.Folder, "model.onnx"))).Message, StringComparison.Ordinal);
        Assert.Contains("holds no genai_config.json", RefusalOf(folder.Delete("genai_config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void RequireTokenizer_NoTokenizer_NamesFileAndFolder()
    {
        using TemporaryModelFolder folder = new();
        ModelDirectory.Open(folder.Folder).RequireTokenizer();
        folder.Delete("tokenizer.json");

        string message = Assert.Throws<InvalidModelException>(ModelDirectory.Open(folder.Folder).RequireTokenizer).Message;

        Assert.Contains(Path.Combine(folder.Folder, "tokenizer.json"), message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SamplingDefaults_SearchComesBeforeGenerationConfig()
    {
        using TemporaryModelFolder folder = new();
        folder.Search.Remove("top_k");
        folder.SaveConfig();
        folder.Write("generation_config.json", """{"temperature":0.1,"top_k":1,"repetition_penalty":1.05,"min_p":7}""");

        ModelDirectory directory = ModelDirectory.Open(folder.Folder);

        Assert.Equal(new GenerationConfig { Temperature = 0.5f, TopP = 0.9f, TopK = 1, RepetitionPenalty = 1.05f }, directory.Generation);
        Assert.Contains("min_p is 7", Assert.Single(directory.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoSampling_MeansGreedy()
    {
        using TemporaryModelFolder folder = new();
        folder.Search["do_sample"] = false;
        folder.SaveConfig();

        Assert.Equal(0, ModelDirectory.Open(folder.Folder).Generation.Temperature);
    }
}
