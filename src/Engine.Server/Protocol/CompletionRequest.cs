using Engine.Inference;

namespace Engine.Server.Protocol;

/// <summary>The body of <c>POST /v1/completions</c>.</summary>
internal sealed class CompletionRequest : CommonRequest
{
    /// <summary>The texts or lists of ids to go on from; empty if the body has none.</summary>
    public IReadOnlyList<Prompt> Prompts { get; set; } = [];

    public bool Echo { get; set; }

    public int? Logprobs { get; set; }

    public int? BestOf { get; set; }
}
