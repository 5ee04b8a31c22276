using System.Diagnostics.CodeAnalysis;
using Engine.Inference.Models;
using Engine.Onnx;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners;

/// <summary>Which input and output of a decoder's graph plays which role, checked against what the folder says. Shared by all runners.</summary>
[Experimental("ENGINE001")]
public sealed record ModelSignature
{
    /// <summary>The token ids, <c>[batch, tokens]</c>, 32 or 64 bits.</summary>
    public required ValueInfo InputIds { get; init; }

    /// <summary>1 for every token of the sequence so far, <c>[batch, tokens so far]</c>; <see langword="null"/> if the graph takes none.</summary>
    public ValueInfo? AttentionMask { get; init; }

    /// <summary>Positions of the tokens, <c>[batch, tokens]</c> or <c>[3, batch, tokens]</c>; <see langword="null"/> if the graph takes none.</summary>
    public ValueInfo? PositionIds { get; init; }

    /// <summary>Rows of logits to compute, counted from the last token; 0 for all. <see langword="null"/> if the graph takes none.</summary>
    public ValueInfo? LogitCount { get; init; }

    /// <summary>Whether there is a past, in graphs that hold two decoders; <see langword="null"/> if the graph takes none.</summary>
    public ValueInfo? UseCache { get; init; }

    /// <summary>The logits, <c>[batch, tokens, vocabulary]</c>.</summary>
    public required ValueInfo Logits { get; init; }

    /// <summary>Whether the graph gives only the last token's logits.</summary>
    public bool HasLastLogitsOnly { get; init; }

    /// <summary>Everything that the graph carries from call to call, in the order of its layers.</summary>
    public required IReadOnlyList<CachePair> Caches { get; init; }

    /// <summary>Columns of a logits row.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The most tokens the folder allows a sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Finds the roles.</summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="inputs">The graph's inputs.</param>
    /// <param name="outputs">The graph's outputs.</param>
    /// <exception cref="InvalidModelException">A role is not filled, an input plays none, or folder and graph contradict each other.</exception>
    public static ModelSignature Create(ModelDirectory directory, IReadOnlyList<ValueInfo> inputs, IReadOnlyList<ValueInfo> outputs)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return new ModelSignatureBuilder(directory, inputs, outputs).Build();
    }

    /// <summary>
    /// For how many positions a graph has rotary angles; a sequence cannot be longer, whatever the folder says. <see langword="null"/> for a graph that
    /// has no such table, or that only another runtime can read.
    /// </summary>
    /// <param name="modelFile">The graph's file.</param>
    public static int? RotaryPositions(string modelFile) => Rewriting.Rotary.Positions(modelFile);

    /// <summary>Bytes that the growing states of one token take, all layers together.</summary>
    public long CacheBytesPerToken
    {
        get
        {
            long bytes = 0;
            foreach (CachePair pair in Caches)
            {
                bytes += pair.SequenceAxis < 0 ? 0 : pair.Past.ElementType.ByteCount(ElementsPerToken(pair));
            }

            return bytes;
        }
    }

    /// <summary>Elements that one token takes in a growing state.</summary>
    public static long ElementsPerToken(CachePair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        long count = 1;
        for (int axis = 0; axis < pair.Past.Dimensions!.Count; axis++)
        {
            count *= axis == pair.SequenceAxis || axis == pair.BatchAxis ? 1 : pair.Past.Dimensions[axis].Size;
        }

        return count;
    }
}
