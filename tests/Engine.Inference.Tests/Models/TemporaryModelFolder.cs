using System.Text;
using System.Text.Json.Nodes;

namespace Engine.Inference.Tests.Models;

/// <summary>A model folder in the states that tests want, gone when the test ends. The graph is a few bytes: nothing here parses it.</summary>
internal sealed class TemporaryModelFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("engine-model-").FullName;

    public TemporaryModelFolder(string name = "model")
    {
        Folder = Path.Combine(_root, name);
        Directory.CreateDirectory(Folder);
        Config = JsonNode.Parse("""
            {"model":{"type":"llama","bos_token_id":1,"eos_token_id":2,"pad_token_id":0,"context_length":512,"vocab_size":256,
             "decoder":{"filename":"model.onnx","head_size":16,"hidden_size":64,"num_attention_heads":4,"num_key_value_heads":2,"num_hidden_layers":2,
              "session_options":{"log_id":"onnxruntime-genai","provider_options":[]},
              "inputs":{"input_ids":"input_ids"},"outputs":{"logits":"logits"}}},
             "search":{"do_sample":true,"max_length":512,"temperature":0.5,"top_k":50,"top_p":0.9}}
            """)!.AsObject();
        SaveConfig();
        Write("model.onnx", "onnx");
        Write("tokenizer.json", """{"added_tokens":[{"id":7,"content":"<|im_end|>"},{"id":2,"content":"</s>"}],"model":{"vocab":{"a":9,"<eos>":11}}}""");
    }

    public string Folder { get; }

    public JsonObject Config { get; }

    public JsonObject Model => Config["model"]!.AsObject();

    public JsonObject Decoder => Model["decoder"]!.AsObject();

    public JsonObject Search => Config["search"]!.AsObject();

    public TemporaryModelFolder SaveConfig() => Write("genai_config.json", Config.ToJsonString());

    public TemporaryModelFolder Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public TemporaryModelFolder Write(string name, byte[] bytes)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return this;
    }

    public TemporaryModelFolder Delete(string name)
    {
        File.Delete(Path.Combine(Folder, name));
        return this;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
