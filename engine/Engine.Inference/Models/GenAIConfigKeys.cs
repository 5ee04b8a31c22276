using System.Text.Json;
using Engine.Onnx;

namespace Engine.Inference.Models;

/// <summary>
/// The keys that genai_config.json may have. Others are collected for one warning; those that would change what the model computes (a second graph,
/// an adapter, a native library) are refused, since leaving them out would give another model's answers.
/// </summary>
internal static class GenAIConfigKeys
{
    private static readonly Dictionary<string, string> Known = new()
    {
        [""] = "model search engine speculative",
        ["model"] = """
            type bos_token_id eos_token_id pad_token_id sep_token_id decoder_start_token_id bot_token_id eot_token_id bor_token_id eor_token_id
            image_token_id video_token_id audio_token_id vision_start_token_id vocab_size context_length tokenizer_dir decoder draft mtp
            """,
        ["model.decoder"] = """
            filename head_size hidden_size num_attention_heads num_key_value_heads num_hidden_layers layer_types conv_cache_size conv_L_cache sliding_window
            pipeline shared_initializers state_groups inputs outputs session_options run_options
            """,
        ["model.decoder.inputs"] = """
            input_ids embeds inputs_embeds attention_mask position_ids past_key_names past_value_names past_names past_conv_names past_recurrent_names
            past_sequence_length past_sequence_lengths total_sequence_length current_sequence_length block_table block_table_windowed
            cumulative_sequence_lengths attention_metadata logits_indices cache_indirection encoder_hidden_states encoder_attention_mask
            cross_past_key_names cross_past_value_names rnn_states_prev past_sequence_lengths total_sequence_lengths
            """,
        ["model.decoder.outputs"] = """
            logits present_key_names present_value_names present_names present_conv_names present_recurrent_names hidden_states rnn_states
            output_cross_qk_names
            """,
        ["model.decoder.sliding_window"] = "window_size slide_key_value_cache slide_inputs pad_value alignment layers cache_slack",
        ["search"] = """
            do_sample min_length max_length num_beams num_return_sequences temperature top_k top_p min_p repetition_penalty length_penalty diversity_penalty
            no_repeat_ngram_size early_stopping past_present_share_buffer random_seed chunk_size batch_size blank_penalty
            """,
    };

    private static readonly Dictionary<string, HashSet<string>> KnownSets =
        Known.ToDictionary(pair => pair.Key, pair => pair.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToHashSet());

    // Whole sections that describe another graph beside the decoder's.
    private static readonly HashSet<string> SecondGraphs = ["encoder", "encoder_decoder_init", "embedding", "vision", "speech", "joiner"];

    // Free-form sections (options of execution providers and of the host's own loop) and drafts, which never change what the model computes.
    private static readonly HashSet<string> FreeForm = ["model.decoder.session_options", "model.decoder.run_options", "model.draft", "model.mtp", "engine", "speculative"];

    /// <summary>Checks every key of the file.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="root">Its root object.</param>
    /// <param name="allowsNativeCode">Whether it may name a native library of operators.</param>
    /// <returns>Paths of the keys that are not known, in the order of the file.</returns>
    /// <exception cref="InvalidModelException">A key would change what the model computes.</exception>
    public static IReadOnlyList<string> Check(string file, JsonElement root, bool allowsNativeCode)
    {
        List<string> unknown = [];
        Walk(file, "", root, unknown);
        if (!allowsNativeCode)
        {
            RefuseNativeCode(file, root);
        }

        return unknown;
    }

    private static void Walk(string file, string path, JsonElement section, List<string> unknown)
    {
        foreach (JsonProperty member in section.EnumerateObject())
        {
            string memberPath = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            RefuseWhatChangesResults(file, path, memberPath, member);
            bool isKnown = !KnownSets.TryGetValue(path, out HashSet<string>? keys) || keys.Contains(member.Name);
            if (!isKnown)
            {
                unknown.Add(memberPath);
            }
            else if (member.Value.ValueKind == JsonValueKind.Object && !FreeForm.Contains(memberPath))
            {
                Walk(file, memberPath, member.Value, unknown);
            }
        }
    }

    private static void RefuseWhatChangesResults(string file, string section, string path, JsonProperty member)
    {
        if (IsEmpty(member.Value))
        {
            return;
        }

        bool secondGraph = (section == "model" && SecondGraphs.Contains(member.Name)) || path == "model.decoder.pipeline"
            || (member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("filename", out _)
                && path is not ("model.decoder" or "model.draft" or "model.mtp"));
        if (secondGraph)
        {
            throw new InvalidModelException($"{file}: {path} describes a second graph beside the decoder, which this engine cannot run; use an export with a single decoder graph.");
        }

        if (member.Name.Contains("adapter", StringComparison.OrdinalIgnoreCase) || member.Name.Contains("lora", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidModelException($"{file}: {path} asks for an adapter, which this engine cannot apply; merge it into the model and export again.");
        }
    }

    private static void RefuseNativeCode(string file, JsonElement root)
    {
        JsonElement options = root;
        foreach (string key in new[] { "model", "decoder", "session_options" })
        {
            if (options.ValueKind != JsonValueKind.Object || !options.TryGetProperty(key, out options))
            {
                return;
            }
        }

        if (options.ValueKind == JsonValueKind.Object && options.TryGetProperty("custom_ops_library", out JsonElement library) && !IsEmpty(library))
        {
            throw new InvalidModelException(
                $"{file}: model.decoder.session_options.custom_ops_library would load native code from the model's folder; remove the key, use another export, or trust it with AllowNativeCode (--allow-native-code).");
        }
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False or JsonValueKind.Undefined => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
