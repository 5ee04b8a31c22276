using System.Runtime.CompilerServices;
using Engine.Inference.Core;
using Engine.Inference.Tokenization;

namespace Engine.Inference;

/// <summary>A started request: what its prompt came to, and its answers as they are made. Disposing it ends what still runs.</summary>
public sealed class Generation : IAsyncDisposable
{
    private readonly EngineCore _core;
    private readonly Tokenizer _tokenizer;
    private readonly EncodedPrompt _prompt;
    private readonly SubmittedRequest _submitted;
    private readonly ChoiceText[] _choices;
    private int _cachedTokens;
    private int _enumerated;

    internal Generation(EngineCore core, Tokenizer tokenizer, GenerationRequest request, EncodedPrompt prompt, SubmittedRequest submitted)
    {
        _core = core;
        _tokenizer = tokenizer;
        _prompt = prompt;
        _submitted = submitted;
        _choices = new ChoiceText[request.ChoiceCount];
        for (int choice = 0; choice < _choices.Length; choice++)
        {
            _choices[choice] = new ChoiceText(choice, tokenizer, request);
        }
    }

    /// <summary>The prompt's tokens.</summary>
    public IReadOnlyList<int> PromptTokenIds => _prompt.Ids;

    /// <summary>The prompt as text: the rendered chat, the text given, or the decoded ids.</summary>
    public string PromptText => _prompt.TextFor(_tokenizer);

    /// <summary>What was asked for but has no effect on this model, one sentence each.</summary>
    public IReadOnlyList<string> Warnings => _prompt.Warnings;

    /// <summary>
    /// What the request consumed and produced up to now, exact at every moment. A choice's completion tokens are those sampled for it and read
    /// here, up to and including the one that ended it, be it an end token or the one that completed a stop string; tokens that the engine was
    /// ahead when the choice ended do not count.
    /// </summary>
    public GenerationUsage Usage => new(_prompt.Ids.Length, _choices.Sum(choice => choice.TokenCount), _cachedTokens);

    /// <summary>
    /// The answers, in the order in which they are made; choices of one request interleave. The last update of each choice has a
    /// <see cref="GenerationUpdate.FinishReason"/>. Leaving the loop early, or cancelling, frees the request's resources within one step.
    /// May be enumerated once.
    /// </summary>
    /// <exception cref="GenerationException">The model or its device failed while generating.</exception>
    /// <exception cref="InvalidOperationException">The answers were enumerated before.</exception>
    public async IAsyncEnumerable<GenerationUpdate> UpdatesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _enumerated, 1) != 0)
        {
            throw new InvalidOperationException("The answers of a generation can be enumerated once.");
        }

        try
        {
            while (await _submitted.Outputs.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (!cancellationToken.IsCancellationRequested && _submitted.Outputs.TryRead(out TokenOutput output))
                {
                    if (Take(output) is { } update)
                    {
                        yield return update;
                    }
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            AbortUnfinished();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        AbortUnfinished();
        return ValueTask.CompletedTask;
    }

    private GenerationUpdate? Take(in TokenOutput output)
    {
        ChoiceText choice = _choices[output.ChoiceIndex];
        if (choice.IsFinished)
        {
            // The engine was ahead of a stop string.
            return null;
        }

        if (output.Error is { } error)
        {
            throw new GenerationException(error.Error, error.Message, error.Parameter, error);
        }

        if (output.ChoiceIndex == 0)
        {
            _cachedTokens = output.CachedTokens;
        }

        GeneratedToken[]? promptTokens = output.PromptScores is { } scores ? TokenTexts.DescribePrompt(_tokenizer, _prompt.Ids, scores) : null;
        GenerationUpdate? update = choice.Append(output, promptTokens);
        if (choice.IsFinished && output.FinishReason is null)
        {
            _core.Abort(_submitted.FirstSequenceId + output.ChoiceIndex);
        }

        return update;
    }

    private void AbortUnfinished()
    {
        for (int choice = 0; choice < _choices.Length; choice++)
        {
            if (!_choices[choice].IsFinished)
            {
                _core.Abort(_submitted.FirstSequenceId + choice);
            }
        }
    }
}
