using Engine.Onnx;

namespace Engine.Inference.Models;

/// <summary>A model's folder, read and checked: which files it has and what they say. Holds no weights.</summary>
public sealed class ModelDirectory
{
    private ModelDirectory(string path, ModelDirectoryContent content)
    {
        Path = path;
        ModelFile = content.ModelFile;
        TokenizerFolder = content.TokenizerFolder;
        Config = content.Config;
        Generation = content.Generation;
        Warnings = content.Warnings;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The full path of the decoder's graph.</summary>
    public string ModelFile { get; }

    /// <summary>The folder of the tokenizer's files; the model's own, unless its configuration names another inside it. May hold none.</summary>
    public string TokenizerFolder { get; }

    /// <summary>What the folder says about its model.</summary>
    public ModelConfig Config { get; }

    /// <summary>The folder's sampling defaults.</summary>
    public GenerationConfig Generation { get; }

    /// <summary>What is odd but harmless about the folder, one sentence each: unknown keys, templates in two places.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads and checks a folder. The graph and its weights are not opened, and the tokenizer's files need not be there (see <see cref="RequireTokenizer"/>).</summary>
    /// <param name="path">The folder: one with genai_config.json.</param>
    /// <param name="allowsNativeCode">Whether it may name a native library of operators, as <see cref="LlmEngineOptions.AllowNativeCode"/> says.</param>
    /// <exception cref="InvalidModelException">It is missing or cannot be used; the message is one sentence that says which file and what to do.</exception>
    public static ModelDirectory Open(string path, bool allowsNativeCode = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string folder = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(folder))
        {
            throw new InvalidModelException(File.Exists(folder)
                ? $"{folder} is a file; give the model's folder, the one that holds genai_config.json."
                : $"The model's folder {folder} does not exist; give a folder that holds genai_config.json and the model's files.");
        }

        if (File.Exists(System.IO.Path.Combine(folder, GenAIFolder.ConfigName)))
        {
            return new ModelDirectory(folder, GenAIFolder.Read(folder, allowsNativeCode));
        }

        throw new InvalidModelException(File.Exists(System.IO.Path.Combine(folder, "config.json"))
            ? $"{folder} holds config.json but no genai_config.json: the transformers.js layout is not supported; export the model with the ONNX Runtime GenAI model builder."
            : $"{folder} holds no genai_config.json; give the folder of a model in the ONNX Runtime GenAI layout.");
    }

    /// <summary>Checks that the files of a tokenizer are there, for who needs text.</summary>
    /// <exception cref="InvalidModelException">tokenizer.json is missing.</exception>
    public void RequireTokenizer()
    {
        if (File.Exists(System.IO.Path.Combine(TokenizerFolder, "tokenizer.json")))
        {
            return;
        }

        throw new InvalidModelException(File.Exists(System.IO.Path.Combine(TokenizerFolder, "tokenizer.model"))
            ? $"{TokenizerFolder} holds tokenizer.model but no tokenizer.json; convert it (AutoTokenizer.from_pretrained(…).save_pretrained(…) writes tokenizer.json) and copy it there."
            : $"{System.IO.Path.Combine(TokenizerFolder, "tokenizer.json")} is missing; copy the tokenizer of the original model into the folder.");
    }
}
