using Engine.Onnx;

namespace Engine.Inference.Models;

/// <summary>The small text that Git leaves in place of a large file until Git LFS fetches it.</summary>
internal static class GitLfsPointer
{
    /// <summary>Whether a file that begins with these bytes is such a text.</summary>
    public static bool Is(ReadOnlySpan<byte> bytes) => bytes.StartsWith("version https://git-lfs"u8);

    /// <summary>The refusal of such a file.</summary>
    public static InvalidModelException Refusal(string path) =>
        new($"{path} is a Git LFS pointer, not the file itself; fetch it with 'git lfs pull' or download the real file.");
}
