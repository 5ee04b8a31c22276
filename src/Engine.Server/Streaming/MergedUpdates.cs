using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Engine.Inference;
using Engine.Server.Models;

namespace Engine.Server.Streaming;

/// <summary>Several generations of one request as one stream of updates, their choices numbered through.</summary>
internal static class MergedUpdates
{
    /// <param name="generations">One a prompt.</param>
    /// <param name="choiceCount">Choices a generation has; choice <c>j</c> of generation <c>i</c> becomes <c>i * choiceCount + j</c>.</param>
    /// <param name="cancellationToken">Ends all of them.</param>
    public static IAsyncEnumerable<GenerationUpdate> Of(IReadOnlyList<IServedGeneration> generations, int choiceCount, CancellationToken cancellationToken = default) =>
        generations.Count == 1 ? generations[0].UpdatesAsync(cancellationToken) : MergeAsync(generations, choiceCount, cancellationToken);

    private static async IAsyncEnumerable<GenerationUpdate> MergeAsync(
        IReadOnlyList<IServedGeneration> generations, int choiceCount, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<GenerationUpdate> merged = Channel.CreateUnbounded<GenerationUpdate>(new UnboundedChannelOptions { SingleReader = true });
        Task pumps = PumpAllAsync(generations, choiceCount, merged.Writer, stop);
        try
        {
            await foreach (GenerationUpdate update in merged.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return update;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await pumps.ConfigureAwait(false);
        }
    }

    /// <summary>Never throws: what fails ends the others and is thrown by the reader.</summary>
    private static async Task PumpAllAsync(IReadOnlyList<IServedGeneration> generations, int choiceCount, ChannelWriter<GenerationUpdate> output, CancellationTokenSource stop)
    {
        try
        {
            await Task.WhenAll(generations.Select((generation, index) => PumpAsync(generation, index * choiceCount, output, stop))).ConfigureAwait(false);
            output.TryComplete();
        }
        catch (Exception exception)
        {
            output.TryComplete(exception);
        }
    }

    private static async Task PumpAsync(IServedGeneration generation, int firstChoice, ChannelWriter<GenerationUpdate> output, CancellationTokenSource stop)
    {
        try
        {
            await foreach (GenerationUpdate update in generation.UpdatesAsync(stop.Token).ConfigureAwait(false))
            {
                output.TryWrite(update with { ChoiceIndex = firstChoice + update.ChoiceIndex });
            }
        }
        catch (Exception exception)
        {
            output.TryComplete(exception);
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
