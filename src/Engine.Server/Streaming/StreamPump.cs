using Engine.Inference;
using Engine.Server.Errors;
using Engine.Server.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Engine.Server.Streaming;

/// <summary>What a streamed answer writes of each update, and at its end.</summary>
internal interface IStreamFormat
{
    /// <summary>Before the first update.</summary>
    void WriteStart(SseWriter output);

    void WriteUpdate(SseWriter output, GenerationUpdate update);

    /// <summary>After the last one; the pump itself adds <c>[DONE]</c>.</summary>
    void WriteEnd(SseWriter output);
}

/// <summary>
/// Step 12 of a streamed request: carries updates from the engine to the connection. Writes as long as updates are at hand and sends when it
/// has to wait, so a step's choices share one packet; says that it lives while nothing comes; stops the engine when nobody reads.
/// </summary>
internal sealed partial class StreamPump(TimeProvider time, IOptions<OpenAIServerOptions> options, ILogger<StreamPump> logger)
{
    /// <param name="context">The request.</param>
    /// <param name="updates">Begins the updates, which end when the token says so.</param>
    /// <param name="format">Spells them.</param>
    public async Task RunAsync(HttpContext context, Func<CancellationToken, IAsyncEnumerable<GenerationUpdate>> updates, IStreamFormat format)
    {
        using SseWriter output = await SseWriter.StartAsync(context).ConfigureAwait(false);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        try
        {
            format.WriteStart(output);
            if (await CopyAsync(output, updates(stop.Token), format, stop).ConfigureAwait(false))
            {
                format.WriteEnd(output);
                output.WriteDone();
                await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            LogFailed(exception);
            OpenAIException error = exception is GenerationException fault
                ? GenerationErrors.ToOpenAI(fault)
                : new OpenAIException(500, "The server failed while it answered.", innerException: exception);
            output.Write(ErrorWriter.ToResponse(error), OpenAIJsonContext.Default.ErrorResponse);
            await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <returns>Whether the updates came to their end; else nobody reads any more.</returns>
    private async Task<bool> CopyAsync(SseWriter output, IAsyncEnumerable<GenerationUpdate> updates, IStreamFormat format, CancellationTokenSource stop)
    {
        IAsyncEnumerator<GenerationUpdate> updated = updates.GetAsyncEnumerator(stop.Token);
        await using (updated.ConfigureAwait(false))
        {
            while (true)
            {
                ValueTask<bool> next = updated.MoveNextAsync();
                bool moved;
                if (next.IsCompleted)
                {
                    moved = await next.ConfigureAwait(false);
                }
                else if (await WaitAsync(output, next.AsTask(), stop).ConfigureAwait(false) is { } result)
                {
                    moved = result;
                }
                else
                {
                    return false;
                }

                if (!moved)
                {
                    return true;
                }

                format.WriteUpdate(output, updated.Current);
            }
        }
    }

    /// <returns>Whether there is an update, or <see langword="null"/> if nobody reads any more.</returns>
    private async Task<bool?> WaitAsync(SseWriter output, Task<bool> next, CancellationTokenSource stop)
    {
        try
        {
            while (await output.FlushAsync(stop.Token).ConfigureAwait(false))
            {
                try
                {
                    return await next.WaitAsync(options.Value.KeepAliveInterval, time).ConfigureAwait(false);
                }
                catch (TimeoutException) when (!next.IsCompleted)
                {
                    output.WriteKeepAlive();
                }
            }
        }
        catch when (!next.IsCompleted)
        {
            await AbandonAsync(next, stop).ConfigureAwait(false);
            throw;
        }

        await AbandonAsync(next, stop).ConfigureAwait(false);
        return null;
    }

    /// <summary>Ends the wait for an update: an enumerator must not be left while it moves.</summary>
    private static async Task AbandonAsync(Task<bool> next, CancellationTokenSource stop)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "A streamed answer failed")]
    private partial void LogFailed(Exception exception);
}
