using System.Security.Cryptography;
using System.Text;
using Engine.Server.Errors;
using Microsoft.AspNetCore.Http;

namespace Engine.Server.Security;

/// <summary>Checks the key of a request. Keeps hashes only, and compares all of them in constant time, so that timing tells nothing.</summary>
internal sealed class ApiKeys
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes;

    public ApiKeys(IEnumerable<string> keys) => _hashes = [.. keys.Select(Hash)];

    /// <summary>Lets a request with a valid key pass.</summary>
    /// <returns>Tells the holders of several keys apart; <see langword="null"/> where there is at most one key.</returns>
    /// <exception cref="OpenAIException">401: no key, or none of those configured.</exception>
    public string? Check(HttpContext context)
    {
        if (_hashes.Length == 0)
        {
            return null;
        }

        string header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Refused(context, "No API key was sent: add the header 'Authorization: Bearer KEY'.");
        }

        byte[] hash = Hash(header[Scheme.Length..].Trim());
        int found = -1;
        for (int i = 0; i < _hashes.Length; i++)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, _hashes[i]) ? i : found;
        }

        if (found < 0)
        {
            throw Refused(context, "The API key is not one of this server's. Check the key that the client sends.");
        }

        return _hashes.Length == 1 ? null : Convert.ToHexStringLower(hash);
    }

    private static OpenAIException Refused(HttpContext context, string message)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return new OpenAIException(StatusCodes.Status401Unauthorized, message, ErrorCodes.InvalidApiKey);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
