using Engine.Inference;
using Engine.Server.Models;

namespace Engine.Server.Requests;

/// <summary>The usage of a request that has several prompts.</summary>
internal static class TotalUsage
{
    public static GenerationUsage Of(IReadOnlyList<IServedGeneration> generations) => new(
        generations.Sum(generation => generation.Usage.PromptTokens),
        generations.Sum(generation => generation.Usage.CompletionTokens),
        generations.Sum(generation => generation.Usage.CachedTokens));
}
