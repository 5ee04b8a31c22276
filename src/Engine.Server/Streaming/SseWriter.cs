using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Engine.Server.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Engine.Server.Streaming;

/// <summary>Writes server-sent events straight into the connection's own buffers. Nothing goes out before <see cref="FlushAsync"/>.</summary>
internal sealed class SseWriter : IDisposable
{
    private readonly PipeWriter _output;
    private readonly Utf8JsonWriter _json;

    private SseWriter(PipeWriter output)
    {
        _output = output;
        _json = new Utf8JsonWriter(output, WireJson.WriterOptions);
    }

    /// <summary>Begins the answer: from here on a fault can only be told in an event.</summary>
    public static async Task<SseWriter> StartAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";

        // Proxies and compression would hold events back.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        return new SseWriter(response.BodyWriter);
    }

    /// <summary>An event with a JSON document.</summary>
    public void Write<T>(T value, JsonTypeInfo<T> type)
    {
        _output.Write("data: "u8);
        JsonSerializer.Serialize(_json, value, type);
        _json.Flush();
        _json.Reset();
        _output.Write("\n\n"u8);
    }

    /// <summary>The event that says that the stream is whole.</summary>
    public void WriteDone() => _output.Write("data: [DONE]\n\n"u8);

    /// <summary>A comment, which clients skip, so that nobody between takes the connection for dead.</summary>
    public void WriteKeepAlive() => _output.Write(": keep-alive\n\n"u8);

    /// <summary>Sends what was written.</summary>
    /// <returns>Whether anybody still reads.</returns>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        FlushResult result = await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return !result.IsCompleted && !result.IsCanceled;
    }

    public void Dispose() => _json.Dispose();
}
