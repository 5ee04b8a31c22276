using System.Text.Json;

namespace Engine.Inference.Models;

/// <summary>What generation_config.json adds to the folder's main configuration file. It may be missing.</summary>
internal sealed record GenerationDefaults(GenerationConfig Sampling, IReadOnlyList<int> EosTokenIds)
{
    /// <summary>Reads it; what <paramref name="search"/> says comes first.</summary>
    public static GenerationDefaults Read(string folder, JsonSection search, List<string> warnings)
    {
        GenerationConfig sampling = GenerationConfigReader.Read(search, warnings);
        string file = Path.Combine(folder, "generation_config.json");
        if (!File.Exists(file))
        {
            return new GenerationDefaults(sampling, []);
        }

        using JsonDocument document = JsonFile.Parse(file);
        JsonSection root = new(file, "", document.RootElement);
        return new GenerationDefaults(GenerationConfigReader.Merge(sampling, GenerationConfigReader.Read(root, warnings)), root.TokenIds("eos_token_id"));
    }
}
