using System.Text.Json.Nodes;
using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Tests;

namespace Engine.GenAI.Tests;

/// <summary>A real model of 260,000 weights in the shared data, which runs in no time, and copies of its folder with another genai_config.json.</summary>
internal sealed class StoriesFolder : IDisposable
{
    private StoriesFolder(string path) => Path = path;

    /// <summary>The folder itself.</summary>
    public static string Original => SharedData.PathOf("models/stories260K-fp32");

    /// <summary>The copy.</summary>
    public string Path { get; }

    /// <summary>A copy that chats: it renders what was said, one after another.</summary>
    /// <param name="name">The copy's own name.</param>
    /// <param name="edit">Changes its configuration.</param>
    public static StoriesFolder Copy(string name, Action<JsonObject> edit)
    {
        string folder = System.IO.Path.Combine(Directory.CreateTempSubdirectory("engine-genai-").FullName, name);
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(Original))
        {
            string copy = System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file));
            if (file.EndsWith("genai_config.json", StringComparison.Ordinal))
            {
                JsonObject config = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
                edit(config);
                File.WriteAllText(copy, config.ToJsonString());
            }
            else
            {
                File.Copy(file, copy);
            }
        }

        File.WriteAllText(System.IO.Path.Combine(folder, "chat_template.jinja"), "{% for message in messages %}{{ message.content }}{% endfor %}");
        return new StoriesFolder(folder);
    }

    /// <summary>The options under which folders are opened here.</summary>
    public static LlmEngineOptions Options(string path, Action<LlmEngineOptions>? configure = null)
    {
        LlmEngineOptions options = new() { Model = path, Threads = 2 };
        configure?.Invoke(options);
        return options;
    }

    /// <summary>Opens a folder.</summary>
    public static IModelRunner Open(string path, Action<LlmEngineOptions>? configure = null) => GenAIModelRunner.Create(ModelDirectory.Open(path), Options(path, configure));

    public void Dispose() => Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
}
