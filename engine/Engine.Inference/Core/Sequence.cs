using Engine.Inference.KVCache;
using Engine.Inference.Sampling;

namespace Engine.Inference.Core;

/// <summary>The tokens of one choice and its counters. Owned by the engine thread.</summary>
internal sealed class Sequence
{
    /// <summary>Rows of logits a step gives to the prompt of one sequence: bounds memory, not results.</summary>
    private const int MaxPromptLogitsPerStep = 64;

    private readonly TokenRequest _request;
    private List<TokenScore>? _promptScores;
    private int[] _tokens;
    private bool _admitted;

    public Sequence(long id, TokenRequest request, int choiceIndex)
    {
        Id = id;
        _request = request;
        ChoiceIndex = choiceIndex;
        PromptLength = Length = request.PromptTokens.Length;
        _tokens = new int[PromptLength + Math.Min(request.MaxTokens, 256)];
        request.PromptTokens.CopyTo(_tokens, 0);
        Sampler = new SequenceSampler(request, choiceIndex);
    }

    /// <summary>Identifies it for as long as the engine runs; later ones have larger ids.</summary>
    public long Id { get; }

    public int ChoiceIndex { get; }

    public int Priority => _request.Priority;

    public string? CacheSalt => _request.CacheSalt;

    public int? LogprobCount => _request.LogprobCount;

    public int PromptLogprobCount => _request.PromptLogprobCount ?? 0;

    /// <summary>What choosing its tokens needs to remember.</summary>
    public SequenceSampler Sampler { get; }

    /// <summary>Where its keys and values are.</summary>
    public BlockTable Blocks { get; } = new();

    public SequenceStatus Status { get; set; }

    /// <summary>Why it ended; <see langword="null"/> until it does, and for good if it was aborted or failed.</summary>
    public FinishReason? FinishReason { get; private set; }

    /// <summary>Prompt and answer up to now.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Length);

    public int PromptLength { get; }

    public int Length { get; private set; }

    /// <summary>The most tokens it may come to have.</summary>
    public int MaxLength => PromptLength + _request.MaxTokens;

    public int GeneratedCount => Length - PromptLength;

    /// <summary>Tokens whose keys and values are in its blocks.</summary>
    public int ComputedTokens { get; private set; }

    /// <summary>Tokens of the prompt that were found in the prefix cache when it was first admitted.</summary>
    public int CachedTokens { get; private set; }

    /// <summary>Tokens to compute before the next one can be chosen.</summary>
    public int PendingTokens => Length - ComputedTokens;

    /// <summary>Whether log probabilities of its prompt are still to be computed; then nothing of it may come from a cache.</summary>
    public bool NeedsPromptLogits => _request.PromptLogprobCount is not null && PromptScoreCount < PromptLength - 1;

    /// <summary>Scores of the prompt made up to now; that of the first token does not exist.</summary>
    public int PromptScoreCount => _promptScores?.Count ?? 0;

    /// <summary>How many of the pending tokens a step of so many may compute, and of how many of them it needs logits.</summary>
    public (int TokenCount, int LogitCount) Share(int budget)
    {
        int count = Math.Min(PendingTokens, budget);
        if (!NeedsPromptLogits)
        {
            return (count, count == PendingTokens ? 1 : 0);
        }

        // Rows before the first missing one were reported before a preemption.
        int unwanted = Math.Max(0, PromptScoreCount - ComputedTokens);
        count = Math.Min(count, unwanted + MaxPromptLogitsPerStep);
        return (count, Math.Max(0, count - unwanted));
    }

    /// <summary>Begins to run, with its first tokens already computed.</summary>
    public void StartFrom(int computedTokens)
    {
        ComputedTokens = computedTokens;
        if (!_admitted)
        {
            _admitted = true;
            CachedTokens = Math.Min(computedTokens, PromptLength);
        }
    }

    /// <summary>Loses its blocks; everything is to be computed again.</summary>
    public void Restart() => ComputedTokens = 0;

    /// <summary>Notes that a step computed tokens.</summary>
    public void Advance(int tokenCount)
    {
        ComputedTokens += tokenCount;
        if (PendingTokens == 0 && _request.MaxTokens == 0)
        {
            FinishReason = Core.FinishReason.Length;
        }
    }

    /// <summary>Whether a token is to be chosen once its pending tokens are computed.</summary>
    public bool Generates => _request.MaxTokens > 0;

    /// <summary>Adds a chosen token, and ends if that was the last.</summary>
    public void Append(int token)
    {
        if (Length == _tokens.Length)
        {
            Array.Resize(ref _tokens, Length * 2);
        }

        _tokens[Length++] = token;
        Sampler.Accept(token);
        if (_request.EndTokenIds.AsSpan().Contains(token))
        {
            FinishReason = Core.FinishReason.Stop;
        }
        else if (GeneratedCount >= _request.MaxTokens)
        {
            FinishReason = Core.FinishReason.Length;
        }
    }

    public void AddPromptScore(TokenScore score) => (_promptScores ??= new(PromptLength - 1)).Add(score);

    /// <summary>Gives the prompt's scores, with the first output only.</summary>
    public IReadOnlyList<TokenScore>? TakePromptScores() =>
        _request.PromptLogprobCount is not null && GeneratedCount <= 1 ? _promptScores ?? [] : null;
}
