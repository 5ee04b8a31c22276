namespace Engine.Inference.Models;

/// <summary>A model's folder, read and checked: which files it has and what they say. Holds no weights.</summary>
public sealed class ModelDirectory
{
    private ModelDirectory(string path, string modelFile, ModelConfig config, GenerationConfig generation)
    {
        Path = path;
        ModelFile = modelFile;
        Config = config;
        Generation = generation;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The full path of the decoder's graph.</summary>
    public string ModelFile { get; }

    /// <summary>What the folder says about its model.</summary>
    public ModelConfig Config { get; }

    /// <summary>The folder's sampling defaults.</summary>
    public GenerationConfig Generation { get; }

    /// <summary>What is odd but harmless about the folder, one sentence each: unknown keys, templates in two places.</summary>
    public IReadOnlyList<string> Warnings { get; } = [];
}
