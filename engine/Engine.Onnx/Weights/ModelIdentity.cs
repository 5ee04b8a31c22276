using System.Security.Cryptography;
using System.Text;
using Engine.Onnx.Format;
using Engine.Onnx.Kernels.Quantization;

namespace Engine.Onnx.Weights;

/// <summary>
/// What a file of packed weights was made from: path, length, time of the last change, and bytes taken from all over each file of a model, and the version of
/// the packed layout. A digest of all bytes would read the model in full, which is what the cache is there to avoid; the samples catch another model
/// of equal length that was copied to the place together with its time.
/// </summary>
internal static unsafe class ModelIdentity
{
    /// <summary>Bytes of an identity.</summary>
    public const int Bytes = SHA256.HashSizeInBytes;

    private const int SampleCount = 16;
    private const int SampleBytes = 4096;

    /// <summary>The identity; null for a model that is not all in files.</summary>
    public static byte[]? Of(IReadOnlyList<MappedFile> files, int layoutVersion = BlockLayout.Version)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (MappedFile file in files)
        {
            if (file.Path is not { } path)
            {
                return null;
            }

            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{path}\n{file.Length}\n{file.LastWriteTicks}\n")));
            long step = Math.Max(SampleBytes, file.Length / SampleCount);
            for (long at = 0; at < file.Length; at += step)
            {
                hash.AppendData(new ReadOnlySpan<byte>(file.Data + at, (int)Math.Min(SampleBytes, file.Length - at)));
            }
        }

        hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"layout {layoutVersion}")));
        return hash.GetHashAndReset();
    }
}
