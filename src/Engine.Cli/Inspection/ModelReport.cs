using Engine.Cli.Options;
using Engine.Inference.ChatTemplates;
using Engine.Inference.Models;
using Engine.Onnx.Format;
using Engine.Onnx.Graphs;

namespace Engine.Cli.Inspection;

/// <summary>What there is to say about a model.</summary>
internal sealed record ModelReport
{
    /// <summary>The folder or file that was named.</summary>
    public required string Path { get; init; }

    /// <summary>The graph's file.</summary>
    public required string GraphFile { get; init; }

    /// <summary>What the graph's file says of itself.</summary>
    public required ModelMetadata Metadata { get; init; }

    /// <summary>How many nodes of each operator.</summary>
    public required IReadOnlyDictionary<string, int> Operators { get; init; }

    /// <summary>The graph's inputs.</summary>
    public required IReadOnlyList<ValueInfo> Inputs { get; init; }

    /// <summary>The graph's outputs.</summary>
    public required IReadOnlyList<ValueInfo> Outputs { get; init; }

    /// <summary>How many weights and other constants there are.</summary>
    public required int WeightCount { get; init; }

    /// <summary>Bytes of them all.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>What the folder says; <see langword="null"/> for a graph alone.</summary>
    public ModelDirectory? Directory { get; init; }

    /// <summary>Columns of a logits row, by the graph.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Bytes of keys and values that one token takes; <see langword="null"/> where the graph is no decoder that is understood.</summary>
    public long? CacheBytesPerToken { get; init; }

    /// <summary>Ids of the tokenizer; <see langword="null"/> where there is none.</summary>
    public int? TokenizerSize { get; init; }

    /// <summary>What the chat template supports; <see langword="null"/> where there is none.</summary>
    public ChatTemplateCapabilities? ChatTemplate { get; init; }

    /// <summary>What each runner makes of it.</summary>
    public required IReadOnlyList<RunnerVerdict> Runners { get; init; }

    /// <summary>What runs it best here; <see langword="null"/> for a graph alone, and where nothing does.</summary>
    public AutomaticChoice? Suits { get; init; }

    /// <summary>What is odd, one sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Bytes of keys and values of a full context.</summary>
    public long? CacheBytesOfFullContext => Directory is { Config.ContextLength: > 0 and int context } && CacheBytesPerToken is long bytes ? bytes * context : null;
}
