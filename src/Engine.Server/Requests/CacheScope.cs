using System.Security.Cryptography;
using System.Text;

namespace Engine.Server.Requests;

/// <summary>Whose cached prompts a request may share: a salt made of who asks and of what the request says.</summary>
internal static class CacheScope
{
    /// <summary><see langword="null"/>, the cache that all share, if nothing is given. Else 64 characters.</summary>
    /// <param name="caller">Tells apart callers that must not learn of each other's prompts from how fast they are answered.</param>
    /// <param name="parts">What the request says about the cache; a part that is <see langword="null"/> differs from an empty one.</param>
    public static string? Of(string? caller, params ReadOnlySpan<string?> parts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool any = caller is not null;
        Append(hash, caller);
        foreach (string? part in parts)
        {
            any |= part is not null;
            Append(hash, part);
        }

        return any ? Convert.ToHexStringLower(hash.GetHashAndReset()) : null;
    }

    private static void Append(IncrementalHash hash, string? part)
    {
        byte[] bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
        hash.AppendData(BitConverter.GetBytes(part is null ? -1 : bytes.Length));
        hash.AppendData(bytes);
    }
}
