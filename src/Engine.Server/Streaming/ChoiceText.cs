using System.Text;
using Engine.Inference;
using Engine.Inference.Core;

namespace Engine.Server.Streaming;

/// <summary>One choice of an answer, gathered update by update.</summary>
internal sealed class ChoiceText
{
    private readonly StringBuilder _text = new();
    private readonly List<GeneratedToken> _tokens = [];

    public string Text => _text.ToString();

    /// <summary>Every token generated, the one that ended the choice included.</summary>
    public IReadOnlyList<GeneratedToken> Tokens => _tokens;

    /// <summary>The tokens that are part of the answer: without the one that ended it.</summary>
    public IReadOnlyList<GeneratedToken> TextTokens => EndedByToken ? _tokens[..^1] : _tokens;

    public IReadOnlyList<GeneratedToken>? PromptTokens { get; private set; }

    public FinishReason? FinishReason { get; private set; }

    private bool EndedByToken { get; set; }

    /// <summary>The mean log probability of its tokens; by it the best of several choices is found.</summary>
    public double MeanLogprob => _tokens.Count == 0 ? 0 : _tokens.Average(token => (double)(token.Logprob ?? 0));

    public void Add(GenerationUpdate update)
    {
        _text.Append(update.Text);
        _tokens.AddRange(update.Tokens);
        PromptTokens ??= update.PromptTokens;
        FinishReason ??= update.FinishReason;
        EndedByToken |= EndsByToken(update);
    }

    /// <summary>Gathers all choices of a generation.</summary>
    public static async Task<ChoiceText[]> GatherAsync(IAsyncEnumerable<GenerationUpdate> updates, int count)
    {
        ChoiceText[] choices = new ChoiceText[count];
        for (int i = 0; i < count; i++)
        {
            choices[i] = new ChoiceText();
        }

        await foreach (GenerationUpdate update in updates.ConfigureAwait(false))
        {
            choices[update.ChoiceIndex].Add(update);
        }

        return choices;
    }

    /// <summary>Whether the last token of an update is one that ended the choice and is no part of its text.</summary>
    public static bool EndsByToken(GenerationUpdate update) => update.StopTokenId is { } id && update.Tokens.Count > 0 && update.Tokens[^1].Id == id;
}
