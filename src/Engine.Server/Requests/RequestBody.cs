using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Unicode;
using Engine.Server.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Engine.Server.Requests;

/// <summary>A request's body as a JSON document. Holds a pooled buffer: dispose it after reading.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int MaxDepth = 64;

    private readonly byte[] _buffer;
    private readonly JsonDocument _document;

    private RequestBody(byte[] buffer, JsonDocument document)
    {
        _buffer = buffer;
        _document = document;
    }

    public JsonElement Root => _document.RootElement;

    /// <summary>Reads the whole body, unpacked where it is compressed.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The most bytes, before and after unpacking.</param>
    /// <exception cref="OpenAIException">400 for what is no JSON, 413 for what is too long, 415 for another type, charset or encoding.</exception>
    public static async Task<RequestBody> ReadAsync(HttpContext context, int maxBytes)
    {
        RequireJson(context.Request.ContentType);
        if (context.Request.ContentLength > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = maxBytes;
        }

        Stream body = Unpack(context.Request);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(context.Request.ContentLength ?? 4096, 4096, maxBytes) + 1);
        try
        {
            int length = 0;
            int read;
            while ((read = await ReadSomeAsync(body, buffer.AsMemory(length), context.RequestAborted).ConfigureAwait(false)) > 0)
            {
                length += read;
                if (length > maxBytes)
                {
                    throw TooLarge(maxBytes);
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length, maxBytes);
                }
            }

            RequestBody result = new(buffer, Parse(buffer.AsMemory(0, length)));
            try
            {
                JsonGuard.Check(result.Root);
                return result;
            }
            catch
            {
                result._document.Dispose();
                throw;
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    public void Dispose()
    {
        _document.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    internal static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        // Some clients on Windows put a byte order mark before the JSON.
        ReadOnlyMemory<byte> json = body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
        if (json.Span.IsEmpty)
        {
            throw OpenAIException.Invalid(null, "The body is empty. Send a JSON object.", ErrorCodes.InvalidJson);
        }

        if (!Utf8.IsValid(json.Span))
        {
            throw OpenAIException.Invalid(null, "The body is not valid UTF-8. Send JSON in UTF-8.", ErrorCodes.InvalidJson);
        }

        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException exception)
        {
            throw OpenAIException.Invalid(
                null,
                $"The body is not valid JSON, or is nested deeper than {MaxDepth} levels: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.",
                ErrorCodes.InvalidJson);
        }
    }

    private static async ValueTask<int> ReadSomeAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            throw new OpenAIException(400, "The body does not unpack: its bytes are not what Content-Encoding says.", ErrorCodes.InvalidValue, innerException: exception);
        }
    }

    private static byte[] Grow(byte[] buffer, int length, int maxBytes)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(length * 2L, maxBytes + 1L));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static void RequireJson(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw new OpenAIException(
                415, "The content type must be application/json: send the header 'Content-Type: application/json'.", ErrorCodes.UnsupportedMediaType);
        }

        string? charset = HeaderUtilities.RemoveQuotes(type.Charset).Value;
        if (!string.IsNullOrEmpty(charset)
            && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !charset.Equals("utf8", StringComparison.OrdinalIgnoreCase)
            && !charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase))
        {
            throw new OpenAIException(415, "The charset of the body must be utf-8.", ErrorCodes.UnsupportedMediaType);
        }
    }

    private static Stream Unpack(HttpRequest request) => request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant() switch
    {
        "" or "identity" => request.Body,
        "gzip" or "x-gzip" => new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
        "br" => new BrotliStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
        "deflate" => new ZLibStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
        _ => throw new OpenAIException(415, "The content encoding is not supported: send the body as it is, or with gzip, br or deflate.", ErrorCodes.UnsupportedMediaType),
    };

    private static OpenAIException TooLarge(int maxBytes) =>
        new(413, $"The body is longer than {maxBytes} bytes, the most that this server reads.", ErrorCodes.RequestTooLarge);
}
