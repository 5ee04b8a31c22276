using System.Net;
using Engine.Server.Errors;
using Microsoft.AspNetCore.Http;

namespace Engine.Server.Security;

/// <summary>
/// Refuses requests that address the server by a name that is not its own. A page of another site can point a name of its own at 127.0.0.1
/// and then counts as the same site (DNS rebinding); the Host header gives it away.
/// </summary>
internal sealed class HostCheck(IEnumerable<string> allowedHosts)
{
    private readonly HashSet<string> _allowed = new(allowedHosts, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="OpenAIException">421: the name is not allowed.</exception>
    public void Check(HttpContext context)
    {
        bool overLoopback = context.Connection.LocalIpAddress is { } address && IPAddress.IsLoopback(address);
        if (_allowed.Contains("*") || !overLoopback && _allowed.Count == 0)
        {
            return;
        }

        string host = context.Request.Host.Host;
        if (!IsLoopbackName(host) && !_allowed.Contains(host))
        {
            throw new OpenAIException(
                StatusCodes.Status421MisdirectedRequest,
                "The Host header names none of this server's hosts. Address it by localhost, or add the name to its allowed hosts.",
                ErrorCodes.HostNotAllowed);
        }
    }

    internal static bool IsLoopbackName(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address);
}
