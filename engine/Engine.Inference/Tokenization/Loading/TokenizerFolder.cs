using System.Text.Json;
using Engine.Onnx;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Finds the tokenizer of a model folder and turns every way in which it can be unusable into one kind of error.</summary>
internal static class TokenizerFolder
{
    private const long MaximumFileLength = 512L << 20;
    private const long MaximumConfigLength = 16L << 20;
    private const string JsonName = "tokenizer.json";

    public static Tokenizer Load(string path)
    {
        string? file = File.Exists(path) ? path : FindIn(path);
        if (file is null)
        {
            throw new InvalidModelException($"There is no tokenizer in '{path}': it needs a {JsonName}.");
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        TokenizerParts parts = In(file, () => TokenizerJson.Read(ReadFile(file, MaximumFileLength)));
        return new Tokenizer(parts, ReadSpecialTokens(folder));
    }

    private static string? FindIn(string folder)
    {
        string json = Path.Combine(folder, JsonName);
        return File.Exists(json) ? json : null;
    }

    private static byte[] ReadFile(string file, long maximumLength)
    {
        long length = new FileInfo(file).Length;
        return length <= maximumLength
            ? File.ReadAllBytes(file)
            : throw new FormatException($"it has {length} bytes, more than the {maximumLength} that are read");
    }

    private static SpecialTokens ReadSpecialTokens(string folder)
    {
        string config = Path.Combine(folder, "tokenizer_config.json");
        string map = Path.Combine(folder, "special_tokens_map.json");
        SpecialTokens fromConfig = File.Exists(config) ? In(config, () => SpecialTokensReader.Read(ReadFile(config, MaximumConfigLength))) : SpecialTokens.None;
        SpecialTokens fromMap = File.Exists(map) ? In(map, () => SpecialTokensReader.Read(ReadFile(map, MaximumConfigLength))) : SpecialTokens.None;
        return new SpecialTokens(
            fromConfig.Bos ?? fromMap.Bos, fromConfig.Eos ?? fromMap.Eos, fromConfig.Pad ?? fromMap.Pad, fromConfig.Unknown ?? fromMap.Unknown);
    }

    private static T In<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException or IOException
            or UnauthorizedAccessException or ArgumentException or OverflowException)
        {
            throw new InvalidModelException($"'{Path.GetFileName(file)}' cannot be used as a tokenizer: {exception.Message}", exception);
        }
    }
}
