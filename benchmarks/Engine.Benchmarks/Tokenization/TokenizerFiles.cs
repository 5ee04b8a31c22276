using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Engine.Benchmarks.Tokenization;

/// <summary>Finds tokenizers and texts in the data beside the checkout, and writes packed ones out so that loading can be measured.</summary>
internal static class TokenizerFiles
{
    private static readonly string Shared = FindShared();

    /// <summary>The path of a family's tokenizer.json, unpacked where the data has it packed or as a change to another.</summary>
    public static string PathOf(string family)
    {
        string plain = Path.Combine(Shared, "tokenizers", family, "tokenizer.json");
        if (File.Exists(plain))
        {
            return plain;
        }

        string written = Path.Combine(Path.GetTempPath(), "engine-benchmarks", family, "tokenizer.json");
        if (!File.Exists(written))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(written)!);
            File.WriteAllBytes(written, JsonOf(family));
        }

        return written;
    }

    /// <summary>WikiText-2 as the published figures of other tokenizers have it: line ends of one character.</summary>
    public static string WikiText() =>
        File.ReadAllText(Path.Combine(Shared, "text/wikitext-2/wiki.test.raw")).Replace("\r\n", "\n", StringComparison.Ordinal);

    private static byte[] JsonOf(string family)
    {
        string folder = Path.Combine(Shared, "hf-tokenizers/real", family);
        string delta = Path.Combine(folder, "tokenizer.delta.json");
        if (!File.Exists(delta))
        {
            using GZipStream zip = new(File.OpenRead(Path.Combine(folder, "tokenizer.json.gz")), CompressionMode.Decompress);
            using MemoryStream memory = new();
            zip.CopyTo(memory);
            return memory.ToArray();
        }

        JsonNode change = JsonNode.Parse(File.ReadAllBytes(delta))!;
        JsonObject changed = JsonNode.Parse(JsonOf((string)change["base"]!))!.AsObject();
        foreach ((string key, JsonNode? value) in change["set"]!.AsObject())
        {
            changed[key] = value?.DeepClone();
        }

        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            changed.WriteTo(writer);
        }

        return stream.ToArray();
    }

    private static string FindShared()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared/data");
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        throw new DirectoryNotFoundException("The tokenizer benchmarks need ../shared/data beside the checkout.");
    }
}
