namespace Engine.Inference.Models;

/// <summary>What the reader of one layout found in a folder.</summary>
internal sealed record ModelDirectoryContent(
    string ModelFile, string TokenizerFolder, ModelConfig Config, GenerationConfig Generation, IReadOnlyList<string> Warnings);
