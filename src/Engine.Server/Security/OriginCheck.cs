using Engine.Server.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Engine.Server.Security;

/// <summary>
/// Decides which web pages may use the server: those it serves itself and those of the origins allowed. Others are refused even where the browser
/// would only hide the answer, since a request alone costs work. Never allows credentials.
/// </summary>
internal sealed class OriginCheck(IEnumerable<string> allowedOrigins)
{
    private readonly HashSet<string> _allowed = new(allowedOrigins, StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds what a browser needs to the answer.</summary>
    /// <exception cref="OpenAIException">403: the request comes from a page of another site.</exception>
    public void Check(HttpContext context)
    {
        IHeaderDictionary request = context.Request.Headers;
        string origin = request.Origin.ToString();
        if (origin.Length == 0 || IsOwn(context.Request, origin))
        {
            return;
        }

        if (!_allowed.Contains(origin) && !_allowed.Contains("*"))
        {
            throw new OpenAIException(
                StatusCodes.Status403Forbidden,
                "Pages of this origin may not use the server. Add the origin to its allowed origins.",
                ErrorCodes.OriginNotAllowed);
        }

        IHeaderDictionary response = context.Response.Headers;
        response.AccessControlAllowOrigin = _allowed.Contains(origin) ? origin : "*";
        response.AccessControlExposeHeaders = "x-request-id, x-engine-warnings, openai-processing-ms, retry-after";
        response.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            response.AccessControlAllowMethods = "GET, POST, DELETE";
            response.AccessControlAllowHeaders = request.AccessControlRequestHeaders.Count > 0 ? request.AccessControlRequestHeaders : "authorization, content-type";
            response.AccessControlMaxAge = "600";
        }
    }

    /// <summary>Schemes are not compared: behind a proxy that ends TLS the page's is https and the request's is not.</summary>
    private static bool IsOwn(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
}
