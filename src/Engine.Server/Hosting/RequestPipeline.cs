using System.Globalization;
using System.Security.Cryptography;
using Engine.Inference;
using Engine.Server.Errors;
using Engine.Server.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Engine.Server.Hosting;

/// <summary>
/// What happens around every endpoint's handler: the request's id, who may ask and from where, the method, and the error object for all that
/// goes wrong before an answer has begun.
/// </summary>
internal sealed partial class RequestPipeline(IOptions<OpenAIServerOptions> options, TimeProvider time, ILogger<RequestPipeline> logger)
{
    private const int MaxRequestIdLength = 128;

    private readonly ApiKeys _keys = new(options.Value.ApiKeys);
    private readonly HostCheck _hosts = new(options.Value.AllowedHosts);
    private readonly OriginCheck _origins = new(options.Value.AllowedOrigins);

    /// <summary>Puts the pipeline around a handler.</summary>
    /// <param name="handler">Answers the request, or throws.</param>
    /// <param name="methods">The methods it answers; empty for all. HEAD is answered where GET is.</param>
    /// <param name="needsKey">Whether the request must carry an API key, where keys are configured.</param>
    public RequestDelegate Around(RequestDelegate handler, IReadOnlyList<string> methods, bool needsKey = true) => context => RunAsync(context, handler, methods, needsKey);

    private async Task RunAsync(HttpContext context, RequestDelegate handler, IReadOnlyList<string> methods, bool needsKey)
    {
        long start = time.GetTimestamp();
        context.Response.Headers["x-request-id"] = RequestId(context.Request);
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["openai-processing-ms"] = ((long)time.GetElapsedTime(start).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });

        try
        {
            _hosts.Check(context);
            _origins.Check(context);
            if (HttpMethods.IsOptions(context.Request.Method))
            {
                context.Response.Headers.Allow = string.Join(", ", methods.Append("OPTIONS"));
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            if (needsKey)
            {
                context.Features.Set(new Caller(_keys.Check(context)));
            }

            CheckMethod(context, methods);
            await handler(context).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: whatever failed, nobody is left to be told.
        }
        catch (Exception exception)
        {
            await AnswerAsync(context, exception).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception exception)
    {
        OpenAIException error = exception switch
        {
            OpenAIException known => known,
            GenerationException fault => GenerationErrors.ToOpenAI(fault),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                new(413, $"The body is longer than {options.Value.MaxRequestBodyBytes} bytes, the most that this server reads.", ErrorCodes.RequestTooLarge),
            BadHttpRequestException bad => new(bad.StatusCode, "The request is not valid HTTP, or its body did not arrive.", innerException: bad),
            _ => new OpenAIException(500, "The server failed; its log says why.", innerException: exception),
        };
        if (error.Status >= 500 && error.RetryAfterSeconds is null)
        {
            LogFailed(exception, context.Request.Path.Value);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        await ErrorWriter.WriteAsync(context, error).ConfigureAwait(false);
    }

    private static void CheckMethod(HttpContext context, IReadOnlyList<string> methods)
    {
        string method = HttpMethods.IsHead(context.Request.Method) ? HttpMethods.Get : context.Request.Method;
        if (methods.Count > 0 && !methods.Contains(method, StringComparer.Ordinal))
        {
            context.Response.Headers.Allow = string.Join(", ", methods);
            throw new OpenAIException(
                StatusCodes.Status405MethodNotAllowed, $"This path answers {string.Join(" and ", methods)} only.", ErrorCodes.MethodNotAllowed);
        }
    }

    /// <summary>The caller's own id, where it is one that a header and a log can carry; else a new one.</summary>
    private static string RequestId(HttpRequest request)
    {
        string id = request.Headers["x-request-id"].ToString();
        return id.Length is > 0 and <= MaxRequestIdLength && !id.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? id
            : "req_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A request to {Path} failed")]
    private partial void LogFailed(Exception exception, string? path);
}
