using System.Text.Json;
using Engine.Onnx;

namespace Engine.Inference.Models;

/// <summary>
/// Reads a JSON file of a model folder: UTF-8 with or without a byte order mark, any line ends. What is wrong with it is said in one sentence with
/// file, line and column.
/// </summary>
internal static class JsonFile
{
    /// <summary>The most a configuration file may weigh; real ones have a few kilobytes, those with thousands of added tokens a few megabytes.</summary>
    public const long MaxConfigBytes = 32L << 20;

    /// <summary>The most a tokenizer.json may weigh; the largest seen has 35 MB.</summary>
    public const long MaxTokenizerBytes = 512L << 20;

    /// <summary>Parses the file; its root must be an object.</summary>
    /// <exception cref="InvalidModelException">It is too large, not UTF-8, not JSON or not an object.</exception>
    public static JsonDocument Parse(string path)
    {
        ReadOnlyMemory<byte> utf8 = ReadUtf8(path, MaxConfigBytes);
        try
        {
            JsonDocument document = JsonDocument.Parse(utf8);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw new InvalidModelException($"{path} holds no JSON object; replace it by the file of the original model.");
        }
        catch (JsonException exception)
        {
            throw Broken(path, exception);
        }
    }

    /// <summary>The file's bytes after a byte order mark.</summary>
    /// <exception cref="InvalidModelException">It cannot be read, is too large, empty, a Git LFS pointer or not UTF-8.</exception>
    public static ReadOnlyMemory<byte> ReadUtf8(string path, long maxBytes)
    {
        byte[] bytes;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > maxBytes)
            {
                throw new InvalidModelException($"{path} has {length} bytes, more than the {maxBytes} such a file may have; replace it by the file of the original model.");
            }

            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read: {exception.Message}", exception);
        }

        if (bytes.Length == 0)
        {
            throw new InvalidModelException($"{path} is empty (0 bytes); copy it again.");
        }

        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, _, ..] or [_, 0, ..])
        {
            throw new InvalidModelException($"{path} is UTF-16 text; save it as UTF-8.");
        }

        if (GitLfsPointer.Is(bytes))
        {
            throw GitLfsPointer.Refusal(path);
        }

        return bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsMemory(3) : bytes;
    }

    /// <summary>The refusal of a file that is not JSON: file, line, column (both from 1; the column counts bytes).</summary>
    public static InvalidModelException Broken(string path, JsonException exception)
    {
        string reason = exception.Message;
        int place = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
        reason = (place < 0 ? reason : reason[..place]).TrimEnd('.', ' ');
        return new InvalidModelException(
            $"{path}, line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: not valid JSON ({reason}); mend the file or copy it again.", exception);
    }
}
