using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Engine.Inference;

/// <summary>
/// Names a model's files and what computes them. Of each file: its name, its length, and its content, all of it up to a megabyte and evenly
/// spread pieces of larger ones, so that gigabytes of mapped weights need not be read to say which they are.
/// </summary>
internal static class ModelFingerprint
{
    private const int PieceLength = 4096;
    private const int PieceCount = 256;
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The fingerprint of a folder's files under a runner.</summary>
    public static string Of(string folder, string runnerFingerprint)
    {
        ulong hash = Add(OffsetBasis, Encoding.UTF8.GetBytes(runnerFingerprint));
        foreach (string file in Directory.EnumerateFiles(folder).Where(Counts).Order(StringComparer.Ordinal))
        {
            hash = Add(hash, Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            hash = AddFile(hash, file);
        }

        return Format(hash);
    }

    /// <summary>The fingerprint of a runner alone.</summary>
    public static string Of(string runnerFingerprint) => Format(Add(OffsetBasis, Encoding.UTF8.GetBytes(runnerFingerprint)));

    private static bool Counts(string file) => Path.GetExtension(file) is not ".md" && Path.GetFileName(file) is not ("LICENSE" or ".gitattributes");

    private static string Format(ulong hash) => string.Create(CultureInfo.InvariantCulture, $"fp_{hash:x16}");

    private static ulong AddFile(ulong hash, string file)
    {
        using SafeFileHandle handle = File.OpenHandle(file);
        long length = RandomAccess.GetLength(handle);
        hash = Add(hash, BitConverter.GetBytes(length));
        byte[] buffer = new byte[PieceLength];
        long step = Math.Max(PieceLength, length / PieceCount);
        for (long offset = 0; offset < length; offset += step)
        {
            int read = RandomAccess.Read(handle, buffer, offset);
            hash = Add(hash, buffer.AsSpan(0, read));
        }

        return hash;
    }

    // FNV-1a, with the length of each part behind it, so that parts cannot be cut elsewhere.
    private static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            hash = (hash ^ value) * Prime;
        }

        return (hash ^ (ulong)bytes.Length) * Prime;
    }
}
