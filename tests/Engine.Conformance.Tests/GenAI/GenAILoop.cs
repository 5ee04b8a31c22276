using Microsoft.ML.OnnxRuntimeGenAI;

namespace Engine.Conformance.Tests.GenAI;

/// <summary>GenAI used as its own examples use it, on the processor: the whole prompt, then its own greedy search.</summary>
internal static class GenAILoop
{
    /// <summary>The tokens that follow each prompt.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="count">How many tokens follow.</param>
    public static int[][] Greedy(string folder, int[][] prompts, int count)
    {
        using Config config = new(folder);
        config.ClearProviders();
        using Model model = new(config);
        return [.. prompts.Select(prompt => Greedy(model, prompt, count))];
    }

    private static int[] Greedy(Model model, int[] prompt, int count)
    {
        using GeneratorParams parameters = new(model);
        parameters.SetSearchOption("max_length", prompt.Length + count);
        parameters.SetSearchOption("do_sample", false);
        using Generator generator = new(model, parameters);
        generator.AppendTokens(prompt);
        for (int i = 0; i < count && !generator.IsDone(); i++)
        {
            generator.GenerateNextToken();
        }

        return generator.GetSequence(0)[prompt.Length..].ToArray();
    }
}
