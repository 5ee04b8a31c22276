using System.Security.Cryptography;
using System.Text;

namespace Engine.Server.Streaming;

/// <summary>Padding of events, so that an observer of encrypted traffic learns less about the text from their sizes.</summary>
internal static class Obfuscation
{
    private const int Step = 32;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>As many random letters as fill the text up to the next multiple of 32 bytes.</summary>
    public static string For(string text) => RandomNumberGenerator.GetString(Alphabet, Step - Encoding.UTF8.GetByteCount(text) % Step);
}
