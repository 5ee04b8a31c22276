using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Engine.Server.Protocol;

/// <summary>Writes wire types as JSON. Text stays readable: only what JSON itself demands is escaped.</summary>
internal static class WireJson
{
    /// <summary>The answers are JSON documents or event streams, never HTML, so letters beyond ASCII and signs like <c>&lt;</c> need no escapes.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = WireJsonEncoder.Instance, SkipValidation = true };

    /// <summary>Answers a request with a whole document, its length declared.</summary>
    public static async Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter writer = new(buffer, WriterOptions))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
