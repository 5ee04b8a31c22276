using System.Net;

namespace Engine.Cli.Serving;

/// <summary>Where the server listens, as said on the command line.</summary>
internal static class ListenUrls
{
    /// <summary>Where it listens unless told otherwise: this machine alone, by both protocols.</summary>
    public static readonly string[] Default = ["http://127.0.0.1:8080", "http://[::1]:8080"];

    /// <summary>Checks an address.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> if nothing is.</returns>
    public static string? Fault(string url)
    {
        if (!Uri.TryCreate(Spelled(url), UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
        {
            return $"--urls takes addresses as in http://127.0.0.1:8080, not \"{url}\".";
        }

        if (uri.Scheme is not "http")
        {
            return uri.Scheme is "https"
                ? $"--urls takes http addresses; for \"{url}\" put a reverse proxy that speaks https in front."
                : $"--urls takes addresses as in http://127.0.0.1:8080, not \"{url}\".";
        }

        return uri.AbsolutePath is "/" && uri.Query.Length == 0
            ? null
            : $"--urls takes addresses without a path, as in http://{uri.Authority}, not \"{url}\".";
    }

    /// <summary>Whether an address can be reached from this machine only.</summary>
    public static bool IsLoopback(string url)
    {
        Uri uri = new(Spelled(url));
        return uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    // The server's words for "every address" are no host names.
    private static string Spelled(string url) => url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
}
