using System.Security.Cryptography;

namespace Engine.Server.Protocol;

/// <summary>What every event of an answer repeats.</summary>
/// <param name="Id">Unique and unguessable.</param>
/// <param name="Created">When it was asked for, in seconds since 1970.</param>
/// <param name="Model">The model's id.</param>
/// <param name="Fingerprint">Equal fingerprint, equal seed, equal text.</param>
internal sealed record AnswerHead(string Id, long Created, string Model, string Fingerprint)
{
    public static AnswerHead New(string prefix, TimeProvider time, string model, string fingerprint) =>
        new(prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), time.GetUtcNow().ToUnixTimeSeconds(), model, fingerprint);
}
