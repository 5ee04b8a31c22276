using System.Text.Json.Nodes;
using Engine.Inference;
using Engine.Inference.Runners;

namespace Engine.GenAI;

/// <summary>What is said otherwise than in genai_config.json: one sequence a generator, no search of GenAI's own, and errors by exception alone.</summary>
internal static class ConfigOverlay
{
    /// <summary>ORT_LOGGING_LEVEL_FATAL: what is an error there reaches us as an exception, and the log once.</summary>
    private const int FatalOnly = 4;

    /// <summary>GenAI takes tokens of this id for no tokens, in prompts too, which have such tokens of their own (often the one that ends texts); it is none.</summary>
    private const int NoToken = -1;

    /// <summary>The text that GenAI lays over the folder's own.</summary>
    public static string Json(ModelSignature signature, LlmEngineOptions options)
    {
        JsonObject session = new() { ["log_severity_level"] = FatalOnly };
        if (options.Threads > 0)
        {
            session["intra_op_num_threads"] = options.Threads;
        }

        JsonObject overlay = new()
        {
            ["model"] = new JsonObject
            {
                ["context_length"] = signature.ContextLength,
                ["vocab_size"] = signature.VocabularySize,
                ["pad_token_id"] = NoToken,
                ["decoder"] = new JsonObject { ["session_options"] = session },
            },
            ["search"] = new JsonObject
            {
                ["batch_size"] = 1,
                ["num_beams"] = 1,
                ["num_return_sequences"] = 1,
                ["do_sample"] = false,
                ["min_length"] = 0,
                ["repetition_penalty"] = 1.0,
                ["no_repeat_ngram_size"] = 0,
                ["chunk_size"] = 0,
            },
        };
        return overlay.ToJsonString();
    }
}
