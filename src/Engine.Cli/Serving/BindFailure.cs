using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Engine.Cli.Serving;

/// <summary>Why the server cannot listen, as one sentence that says what to do.</summary>
internal static class BindFailure
{
    /// <summary>The sentence, or <see langword="null"/> where the exception is about something else.</summary>
    public static string? Sentence(Exception exception, string urls)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
            {
                return $"The port of {urls} is in use already; stop the program that has it, or choose another with --urls http://127.0.0.1:8081.";
            }

            if (cause is SocketException { SocketErrorCode: SocketError.AccessDenied })
            {
                return $"There is no permission to listen on {urls}; ports below 1024 are for administrators, choose another with --urls http://127.0.0.1:8080.";
            }

            if (cause is SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported })
            {
                return $"This machine has no address of {urls}; --urls http://127.0.0.1:8080 always works.";
            }
        }

        return null;
    }
}
