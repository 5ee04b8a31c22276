using System.Diagnostics.CodeAnalysis;
using Engine.Inference.Models;
using Engine.Onnx;
using Engine.Onnx.Format;
using Engine.Onnx.Graphs;

namespace Engine.Inference.Runners.DirectML;

/// <summary>
/// Models for DirectML. Folders made for a CPU or for CUDA hold layouts that DirectML's provider refuses, or computes wrong without a word; here they are
/// rewritten once, into the user's cache, or refused by name.
/// </summary>
[Experimental("ENGINE001")]
public static class DirectMLFolder
{
    /// <summary>The graph of a rewritten folder.</summary>
    internal const string ModelName = "model.onnx";

    // What a folder may hold beside its graph that a runtime reads.
    private static readonly string[] Companions = ["*.json", "*.jinja", "*.txt", "tokenizer.model"];

    /// <summary>The folder that DirectML runs instead of a model's own.</summary>
    /// <param name="directory">The model's folder.</param>
    /// <returns>The same, when its graph is right as it is; else a rewritten one that gives the same logits.</returns>
    /// <exception cref="InvalidModelException">DirectML cannot run the model; the message says why and what to do.</exception>
    public static ModelDirectory Prepare(ModelDirectory directory) => Prepare(directory, FolderCache.OfUser());

    /// <inheritdoc cref="Prepare(ModelDirectory)"/>
    internal static ModelDirectory Prepare(ModelDirectory directory, FolderCache cache)
    {
        ArgumentNullException.ThrowIfNull(directory);
        string key = FolderCache.KeyOf(directory);
        if (cache.Find(key) is { } known)
        {
            return ModelDirectory.Open(known);
        }

        using OnnxModel model = OnnxModel.Load(directory.ModelFile);
        ModelSignature signature = ModelSignature.Create(directory, model.Inputs, model.Outputs);
        Graph graph = model.Retain();
        try
        {
            string positions = directory.Config.Decoder.Names.PositionIds;
            DirectMLGraph rewritten = DirectMLGraph.Rewrite(graph, signature, positions);
            bool isConfigured = rewritten.SharesPastAndPresent == directory.Config.Decoder.SharesPastAndPresent || !rewritten.HasAttention;
            return rewritten.HasChanged || !isConfigured
                ? ModelDirectory.Open(cache.Add(key, folder => Write(folder, directory, model.Metadata, graph, rewritten, positions)))
                : directory;
        }
        finally
        {
            model.Release();
        }
    }

    private static void Write(string folder, ModelDirectory directory, ModelMetadata metadata, Graph graph, DirectMLGraph rewritten, string positions)
    {
        using (WeightFiles weights = new(folder))
        {
            File.WriteAllBytes(Path.Combine(folder, ModelName), new ModelWriter(weights.Place).Write(graph, metadata));
        }

        DirectMLConfig.Write(
            Path.Combine(directory.Path, GenAIFolder.ConfigName), Path.Combine(folder, GenAIFolder.ConfigName), rewritten, graph.FindInput(positions)?.Name);
        foreach (string source in new[] { directory.Path, directory.TokenizerFolder }.Distinct(StringComparer.Ordinal))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(directory.Path, source));
            Directory.CreateDirectory(target);
            foreach (string file in Companions.SelectMany(pattern => Directory.EnumerateFiles(source, pattern)))
            {
                string name = Path.Combine(target, Path.GetFileName(file));
                if (!File.Exists(name))
                {
                    HardLink.CreateOrCopy(file, name);
                }
            }
        }
    }
}
