using System.Text.Json;
using Engine.Onnx;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Finds the tokenizer of a model folder and turns every way in which it can be unusable into one kind of error.</summary>
internal static class TokenizerFolder
{
    private const long MaximumFileLength = 512L << 20;
    private const long MaximumConfigLength = 16L << 20;

    /// <summary>The files that can hold a tokenizer, the best first.</summary>
    private static readonly string[] Candidates =
        ["tokenizer.json", "tekken.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "tiktoken.model"];

    public static Tokenizer Load(string path)
    {
        string file = File.Exists(path) ? path : FindIn(path) ?? throw new InvalidModelException(
            $"There is no tokenizer in '{path}': the folder needs a tokenizer.json, tokenizer.model, tiktoken rank file or tekken.json.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        FolderConfig config = ReadConfig(folder, "tokenizer_config.json").Or(ReadConfig(folder, "special_tokens_map.json"));
        return new Tokenizer(In(file, () => Read(file, config)), config.Special);
    }

    private static string? FindIn(string folder) => !Directory.Exists(folder)
        ? null
        : Candidates.Select(name => Path.Combine(folder, name)).Concat(Directory.EnumerateFiles(folder, "*.tiktoken").Order(StringComparer.Ordinal))
            .FirstOrDefault(File.Exists);

    private static TokenizerParts Read(string file, FolderConfig config)
    {
        byte[] bytes = ReadFile(file, MaximumFileLength);
        if (Path.GetFileName(file).StartsWith("tekken", StringComparison.Ordinal))
        {
            return TekkenLoader.Load(bytes, config);
        }

        // "tokenizer.model" is SentencePiece for most, but some families put their tiktoken ranks under that name.
        bool isText = bytes.Length > 0 && bytes.AsSpan(0, Math.Min(bytes.Length, 64)).IndexOfAnyExceptInRange((byte)'\t', (byte)'~') < 0;
        return file.EndsWith(".json", StringComparison.Ordinal) ? TokenizerJson.Read(bytes)
            : isText ? TiktokenLoader.Load(bytes, config)
            : SentencePieceLoader.Load(bytes, config);
    }

    private static byte[] ReadFile(string file, long maximumLength)
    {
        long length = new FileInfo(file).Length;
        return length <= maximumLength
            ? File.ReadAllBytes(file)
            : throw new FormatException($"it has {length} bytes, more than the {maximumLength} that are read");
    }

    private static FolderConfig ReadConfig(string folder, string name)
    {
        string file = Path.Combine(folder, name);
        return File.Exists(file) ? In(file, () => FolderConfig.Read(ReadFile(file, MaximumConfigLength))) : FolderConfig.None;
    }

    private static T In<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException or IOException
            or UnauthorizedAccessException or ArgumentException or OverflowException or TokenizationException)
        {
            throw new InvalidModelException($"'{Path.GetFileName(file)}' cannot be used as a tokenizer: {exception.Message}", exception);
        }
    }
}
