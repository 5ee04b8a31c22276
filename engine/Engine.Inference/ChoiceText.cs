using Engine.Inference.Core;
using Engine.Inference.Tokenization;

namespace Engine.Inference;

/// <summary>
/// The text side of one choice: tokens become text, stop strings end it, and tokens wait for their text to become certain. The token that ends a
/// choice, an end token or one of the request's stop tokens, is never part of the text.
/// </summary>
internal sealed class ChoiceText(int choiceIndex, Tokenizer tokenizer, GenerationRequest request)
{
    private readonly Detokenizer _detokenizer = tokenizer.CreateDetokenizer(skipSpecialTokens: !request.KeepSpecialTokens);
    private readonly StopSequenceMatcher _stops = new(request.Stop, request.IncludeStop);
    private readonly List<GeneratedToken> _waiting = [];

    /// <summary>Characters that the tokens came to, held back ones included.</summary>
    private int _decodedLength;

    private int _releasedLength;
    private IReadOnlyList<GeneratedToken>? _promptTokens;

    /// <summary>Tokens of this choice up to now, the one that ended it included.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Whether nothing more comes.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Takes an output of the engine.</summary>
    /// <param name="output">A token, an ending, or both.</param>
    /// <param name="promptTokens">The prompt's log probabilities, with the first output, if asked for.</param>
    /// <returns>What became certain, or <see langword="null"/> if nothing did.</returns>
    public GenerationUpdate? Append(in TokenOutput output, IReadOnlyList<GeneratedToken>? promptTokens)
    {
        // 11. A token becomes text.
        _promptTokens ??= promptTokens;
        bool endsHere = output.FinishReason == FinishReason.Stop;
        string text = "";
        if (output.TokenId != TokenOutput.NoToken)
        {
            TokenCount++;
            _waiting.Add(TokenTexts.Describe(tokenizer, output.TokenId, output.Score, _decodedLength));
            text = endsHere ? "" : Release(_detokenizer.Append(output.TokenId));
        }

        if (_stops.Match is null && output.FinishReason is not null)
        {
            text += Release(_detokenizer.Flush());
            text += _stops.Match is null ? _stops.Flush() : "";
        }

        _releasedLength += text.Length;
        if (_stops.Match is not null)
        {
            return Finish(text, FinishReason.Stop, stopToken: null);
        }

        if (output.FinishReason is { } reason)
        {
            return Finish(text, reason, endsHere ? output.TokenId : null);
        }

        return text.Length == 0 ? null : new GenerationUpdate
        {
            ChoiceIndex = choiceIndex,
            Text = text,
            Tokens = TakeCertainTokens(),
            PromptTokens = TakePromptTokens(),
        };
    }

    private string Release(string decoded)
    {
        _decodedLength += decoded.Length;
        return _stops.Append(decoded);
    }

    private GenerationUpdate Finish(string text, FinishReason reason, int? stopToken)
    {
        IsFinished = true;
        GeneratedToken[] tokens = [.. _waiting.Select(token => token.TextOffset <= _releasedLength ? token : token with { TextOffset = _releasedLength })];
        _waiting.Clear();
        return new GenerationUpdate
        {
            ChoiceIndex = choiceIndex,
            Text = text,
            Tokens = tokens,
            PromptTokens = TakePromptTokens(),
            FinishReason = reason,
            StopString = _stops.Match,
            StopTokenId = stopToken,
        };
    }

    /// <summary>The tokens of which no character is held back.</summary>
    private GeneratedToken[] TakeCertainTokens()
    {
        int count = 0;
        while (count < _waiting.Count && EndOf(count) <= _releasedLength)
        {
            count++;
        }

        GeneratedToken[] tokens = [.. _waiting[..count]];
        _waiting.RemoveRange(0, count);
        return tokens;
    }

    private int EndOf(int index) => index + 1 < _waiting.Count ? _waiting[index + 1].TextOffset : _decodedLength;

    private IReadOnlyList<GeneratedToken>? TakePromptTokens()
    {
        IReadOnlyList<GeneratedToken>? tokens = _promptTokens;
        _promptTokens = null;
        return tokens;
    }
}
