namespace Engine.Inference;

/// <summary>Checks the ranges of <see cref="LlmEngineOptions"/>.</summary>
internal static class LlmEngineOptionsValidator
{
    /// <exception cref="ArgumentException">An option is out of its range; the message says which.</exception>
    public static void Validate(LlmEngineOptions options)
    {
        Require(options.Model.Length > 0, "Model must name the model's folder.");
        Require(options.ModelId is not { Length: 0 }, "ModelId must not be empty; leave it null for the folder's name.");
        Require(options.Threads >= 0, $"Threads must be at least 0, not {options.Threads}.");
        Require(options.AccuracyLevel is null or 0 or 1 or 4, $"AccuracyLevel must be 0, 1 or 4, not {options.AccuracyLevel}.");
        Require(Enum.IsDefined(options.Weights), $"Weights must be Auto, Packed, Cached or InPlace, not {options.Weights}.");
        Require(options.WeightCacheFolder is not { Length: 0 }, "WeightCacheFolder must not be empty; leave it null for the user's cache folder.");
        Require(options.WeightCacheBytes > 0, $"WeightCacheBytes must be at least 1, not {options.WeightCacheBytes}.");
        Require(options.ContextLength is null or > 0, $"ContextLength must be at least 1, not {options.ContextLength}.");
        Require(options.KVCacheBytes is null or > 0, $"KVCacheBytes must be at least 1, not {options.KVCacheBytes}.");
        Require(options.KVCacheType is null || Enum.IsDefined(options.KVCacheType.Value), $"KVCacheType must be Float16, Float32 or Int8, not {options.KVCacheType}.");
        Require(options.MaxSequences is >= 1 and <= 1024, $"MaxSequences must be from 1 to 1,024, not {options.MaxSequences}.");
        Require(options.MaxTokensPerStep >= 16, $"MaxTokensPerStep must be at least 16, not {options.MaxTokensPerStep}.");
        Require(options.MaxQueuedSequences is >= 0 and <= 1_000_000, $"MaxQueuedSequences must be from 0 to 1,000,000, not {options.MaxQueuedSequences}.");
        Require(options.NativeFolder is not { Length: 0 }, "NativeFolder must not be empty; leave it null for the libraries that came with the program.");
        Require(options.ProviderOptions.Keys.All(key => key.Length > 0), "ProviderOptions must name every option.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
