using System.Text.Json;
using Engine.Onnx;

namespace Engine.Inference.Models;

/// <summary>Reads a folder of the ONNX Runtime GenAI layout: genai_config.json beside its decoder's graph and the tokenizer's files.</summary>
internal static class GenAIFolder
{
    /// <summary>The file that makes a folder one of this layout.</summary>
    public const string ConfigName = "genai_config.json";

    private const int MaxCount = 1 << 24;

    /// <summary>Reads and checks the folder.</summary>
    /// <param name="folder">Its full path.</param>
    /// <param name="allowsNativeCode">Whether it may name a native library of operators.</param>
    public static ModelDirectoryContent Read(string folder, bool allowsNativeCode)
    {
        string file = Path.Combine(folder, ConfigName);
        using JsonDocument document = JsonFile.Parse(file);
        JsonSection root = new(file, "", document.RootElement);
        JsonSection model = Required(root, "model");
        JsonSection decoder = Required(model, "decoder");
        JsonSection search = root.Section("search");
        List<string> warnings = [];
        if (GenAIConfigKeys.Check(file, document.RootElement, allowsNativeCode) is { Count: > 0 } unknown)
        {
            warnings.Add($"{file} has keys that this engine does not know and leaves out: {string.Join(", ", unknown.Take(50))}{(unknown.Count > 50 ? ", …" : "")}.");
        }

        string name = decoder.Text("filename") ?? "model.onnx";
        string modelFile = GraphFile.Check(FolderPath.Resolve(folder, name, $"{file}: {decoder.PathOf("filename")}"), folder, $"{file}: {decoder.PathOf("filename")}");
        string tokenizerFolder = model.Text("tokenizer_dir") is { Length: > 0 } subfolder
            ? FolderPath.Resolve(folder, subfolder, $"{file}: {model.PathOf("tokenizer_dir")}")
            : folder;
        int contextLength = model.Integer("context_length", 0, MaxCount) is { } length and > 0 ? length
            : search.Integer("max_length", 0, MaxCount) is { } maxLength and > 0 ? maxLength
            : throw new InvalidModelException($"{file}: model.context_length is missing; add the number of tokens that the model was made for.");
        GenerationDefaults defaults = GenerationDefaults.Read(folder, search, warnings);
        return new ModelDirectoryContent(
            modelFile,
            tokenizerFolder,
            new ModelConfig
            {
                ModelType = model.Text("type") ?? "",
                ContextLength = contextLength,
                VocabularySize = model.Integer("vocab_size", 0, MaxCount) ?? 0,
                EosTokenIds = EndTokens(model.TokenIds("eos_token_id"), defaults.EosTokenIds, tokenizerFolder),
                BosTokenId = First(model.TokenIds("bos_token_id")),
                PadTokenId = First(model.TokenIds("pad_token_id")),
                Decoder = ReadDecoder(decoder, search),
            },
            defaults.Sampling,
            warnings);
    }

    /// <summary>The union, in this order.</summary>
    public static IReadOnlyList<int> EndTokens(IReadOnlyList<int> config, IReadOnlyList<int> generation, string tokenizerFolder) =>
        [.. config.Concat(generation).Concat(TokenizerFiles.EndTokenId(tokenizerFolder) is { } id ? [id] : []).Distinct()];

    private static DecoderConfig ReadDecoder(JsonSection decoder, JsonSection search)
    {
        JsonSection inputs = decoder.Section("inputs");
        JsonSection outputs = decoder.Section("outputs");
        DecoderNames names = new();
        return new DecoderConfig
        {
            HiddenSize = decoder.Integer("hidden_size", 0, MaxCount) ?? 0,
            HeadSize = decoder.Integer("head_size", 0, MaxCount) ?? 0,
            AttentionHeadCount = decoder.Integer("num_attention_heads", 0, MaxCount) ?? 0,
            KeyValueHeadCount = decoder.Integer("num_key_value_heads", 0, MaxCount) ?? 0,
            LayerCount = decoder.Integer("num_hidden_layers", 0, 4096) ?? 0,
            SharesPastAndPresent = search.Flag("past_present_share_buffer") ?? false,
            Providers = ReadProviders(decoder.Section("session_options")),
            Names = new DecoderNames
            {
                InputIds = inputs.Text("input_ids") ?? names.InputIds,
                InputsEmbeds = inputs.Text("inputs_embeds") ?? inputs.Text("embeds") ?? names.InputsEmbeds,
                AttentionMask = inputs.Text("attention_mask") ?? names.AttentionMask,
                PositionIds = inputs.Text("position_ids") ?? names.PositionIds,
                PastKey = inputs.Text("past_key_names") ?? names.PastKey,
                PastValue = inputs.Text("past_value_names") ?? names.PastValue,
                Logits = outputs.Text("logits") ?? names.Logits,
                PresentKey = outputs.Text("present_key_names") ?? names.PresentKey,
                PresentValue = outputs.Text("present_value_names") ?? names.PresentValue,
                Past = inputs.Text("past_names") ?? names.Past,
                Present = outputs.Text("present_names") ?? names.Present,
                PastConvolution = inputs.Text("past_conv_names") ?? names.PastConvolution,
                PresentConvolution = outputs.Text("present_conv_names") ?? names.PresentConvolution,
                PastRecurrent = inputs.Text("past_recurrent_names") ?? names.PastRecurrent,
                PresentRecurrent = outputs.Text("present_recurrent_names") ?? names.PresentRecurrent,
            },
        };
    }

    // A list of objects with one member each, named after the provider, that holds its options.
    private static string[] ReadProviders(JsonSection session)
    {
        JsonElement list = session.Member("provider_options");
        return list.ValueKind switch
        {
            JsonValueKind.Undefined => [],
            JsonValueKind.Array when list.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.Object) =>
                [.. list.EnumerateArray().SelectMany(entry => entry.EnumerateObject()).Select(provider => provider.Name)],
            _ => throw session.Wrong("provider_options", "a list of objects, one a provider"),
        };
    }

    private static JsonSection Required(JsonSection parent, string key) => parent.Section(key) is { Exists: true } section
        ? section
        : throw new InvalidModelException($"{parent.File}: the section {parent.PathOf(key)} is missing; replace the file by the one of the original model.");

    private static int? First(IReadOnlyList<int> ids) => ids.Count == 0 ? null : ids[0];
}
