using System.Globalization;
using Engine.Server.Protocol;
using Microsoft.AspNetCore.Http;

namespace Engine.Server.Errors;

/// <summary>Answers a request with an error object.</summary>
internal static class ErrorWriter
{
    public static ErrorResponse ToResponse(OpenAIException error) => new(new ErrorBody(error.Message, TypeOf(error.Status), error.Parameter, error.Code));

    public static async Task WriteAsync(HttpContext context, OpenAIException error)
    {
        HttpResponse response = context.Response;
        if (error.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.Status == StatusCodes.Status413PayloadTooLarge)
        {
            // Else the server reads the rest of the body, to be able to use the connection again.
            response.Headers.Connection = "close";
        }

        await WireJson.WriteAsync(context, error.Status, ToResponse(error), OpenAIJsonContext.Default.ErrorResponse).ConfigureAwait(false);
    }

    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };
}
