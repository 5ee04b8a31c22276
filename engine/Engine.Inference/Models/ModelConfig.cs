namespace Engine.Inference.Models;

/// <summary>What a model folder says about its model.</summary>
public sealed record ModelConfig
{
    /// <summary>The architecture's name in the folder's own words, as in <c>llama</c>.</summary>
    public string ModelType { get; init; } = "";

    /// <summary>The most tokens a sequence may hold.</summary>
    public int ContextLength { get; init; }

    /// <summary>Columns of a logits row; 0 if the folder does not say, then the graph does.</summary>
    public int VocabularySize { get; init; }

    /// <summary>Tokens that end an answer: the union of what genai_config.json, generation_config.json and the tokenizer's files say.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>The token that begins a text, if the model has one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>The token that fills up shorter rows, if the model has one.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>What the folder says about its decoder's graph.</summary>
    public DecoderConfig Decoder { get; init; } = new();
}
