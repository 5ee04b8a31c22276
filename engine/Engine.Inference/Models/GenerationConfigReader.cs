namespace Engine.Inference.Models;

/// <summary>Reads sampling defaults from the section of a file that has them. A value that no request could have is left out, with a warning.</summary>
internal static class GenerationConfigReader
{
    /// <summary>Reads one section.</summary>
    /// <param name="section">genai_config.json's search, or the whole of generation_config.json.</param>
    /// <param name="warnings">Takes a sentence for every value left out.</param>
    public static GenerationConfig Read(JsonSection section, List<string> warnings)
    {
        float? temperature = InRange(section, "temperature", 0, 2, warnings);
        float? topP = InRange(section, "top_p", 0, 1, warnings);
        float? topK = InRange(section, "top_k", -1, int.MaxValue, warnings);
        return new GenerationConfig
        {
            Temperature = section.Flag("do_sample") == false ? 0 : temperature,
            // Exporters write 0 (top_p, top_k) and -1 (top_k) for "off".
            TopP = topP == 0 ? 1 : topP,
            TopK = topK is { } k ? (int)MathF.Max(k, 0) : null,
            MinP = InRange(section, "min_p", 0, 1, warnings),
            RepetitionPenalty = InRange(section, "repetition_penalty", float.Epsilon, float.MaxValue, warnings),
        };
    }

    /// <summary>What the first says, and where it is silent, what the second says.</summary>
    public static GenerationConfig Merge(GenerationConfig first, GenerationConfig second) => new()
    {
        Temperature = first.Temperature ?? second.Temperature,
        TopP = first.TopP ?? second.TopP,
        TopK = first.TopK ?? second.TopK,
        MinP = first.MinP ?? second.MinP,
        RepetitionPenalty = first.RepetitionPenalty ?? second.RepetitionPenalty,
    };

    private static float? InRange(JsonSection section, string key, float minimum, float maximum, List<string> warnings)
    {
        if (section.Number(key) is not { } value)
        {
            return null;
        }

        if (value >= minimum && value <= maximum)
        {
            return value;
        }

        warnings.Add($"{section.File}: {section.PathOf(key)} is {value}, outside its range, and is not used as a default.");
        return null;
    }
}
