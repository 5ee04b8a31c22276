using Engine.Inference.Tokenization.AddedTokens;
using Engine.Inference.Tokenization.Decoders;
using Engine.Inference.Tokenization.Models;
using Engine.Inference.Tokenization.Normalizers;
using Engine.Inference.Tokenization.PostProcessors;
using Engine.Inference.Tokenization.PreTokenizers;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>What a tokenizer consists of, however its files spell it.</summary>
internal sealed record TokenizerParts
{
    public required TokenizationModel Model { get; init; }

    public required AddedVocabulary Added { get; init; }

    public Normalizer? Normalizer { get; init; }

    public PreTokenizer? PreTokenizer { get; init; }

    public PostProcessor? PostProcessor { get; init; }

    public required DecoderDefinition Decoder { get; init; }

    public Truncation? Truncation { get; init; }

    public Padding? Padding { get; init; }

    /// <summary>Whether control tokens that a plain text spells are found in it, as tokenizer.json has it; SentencePiece itself finds none.</summary>
    public bool FindsControlTokensInText { get; init; } = true;
}
