using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Inference.Tokenization;
using Engine.Inference.Tokenization.Loading;

namespace Engine.Tests.Tokenization;

/// <summary>Reads the tokenizers and records of <c>../shared/data/hf-tokenizers</c>, see the README there.</summary>
internal static class GoldenSet
{
    private const string Folder = "hf-tokenizers";

    public static Tokenizer LoadReal(string name) => Load(RealJson(name));

    public static Tokenizer LoadSynthetic(string name) => Load(File.ReadAllBytes(SharedData.PathOf($"{Folder}/synthetic/{name}.json")));

    public static Tokenizer Load(byte[] json) => new(TokenizerJson.Read(json), SpecialTokens.None);

    /// <summary>The tokenizer.json of a real family: its own, its base's with other sections, or one that lies elsewhere.</summary>
    public static byte[] RealJson(string name)
    {
        string folder = SharedData.PathOf($"{Folder}/real/{name}");
        string delta = Path.Combine(folder, "tokenizer.delta.json");
        if (File.Exists(delta))
        {
            JsonNode change = JsonNode.Parse(File.ReadAllBytes(delta))!;
            JsonObject changed = JsonNode.Parse(RealJson((string)change["base"]!))!.AsObject();
            foreach ((string key, JsonNode? value) in change["set"]!.AsObject())
            {
                changed[key] = value?.DeepClone();
            }

            return JsonSerializer.SerializeToUtf8Bytes(changed, JsonSerializerOptions.Default);
        }

        string own = Path.Combine(folder, "tokenizer.json.gz");
        return File.Exists(own) ? Unzip(own) : File.ReadAllBytes(SharedData.PathOf($"tokenizers/{name}/tokenizer.json"));
    }

    public static IEnumerable<string> RealNames() => SharedData.FoldersOf($"{Folder}/real");

    public static IEnumerable<JsonElement> RealRecords(string name) => Records($"{Folder}/real/{name}/goldens.jsonl.gz");

    /// <summary>The records of all synthetic tokenizers, by the name of theirs.</summary>
    public static ILookup<string, JsonElement> SyntheticRecords() =>
        Records($"{Folder}/synthetic/goldens.jsonl.gz").ToLookup(record => record.GetProperty("tok").GetString()!);

    public static IEnumerable<JsonElement> Records(string file)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(SharedData.PathOf(file)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return JsonDocument.Parse(line).RootElement;
        }
    }

    private static byte[] Unzip(string file)
    {
        using GZipStream zip = new(File.OpenRead(file), CompressionMode.Decompress);
        using MemoryStream memory = new();
        zip.CopyTo(memory);
        return memory.ToArray();
    }
}
