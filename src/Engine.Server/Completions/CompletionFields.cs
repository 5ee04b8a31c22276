using Engine.Server.Fields;
using Engine.Server.Protocol;

namespace Engine.Server.Completions;

/// <summary>What <c>/v1/completions</c> does with each field.</summary>
internal static class CompletionFields
{
    public static FieldTable<CompletionRequest> Table { get; } = new(
    [
        .. CommonFields.Rows<CompletionRequest>(),

        Field.Honoured<CompletionRequest>("prompt", (request, field) => request.Prompts = PromptReader.Read(field)),
        Field.Honoured<CompletionRequest>("max_tokens", (request, field) => request.MaxTokens = field.Count(0)),
        Field.Honoured<CompletionRequest>("logprobs", (request, field) => request.Logprobs = field.Count(0, 20)),
        Field.Honoured<CompletionRequest>("echo", (request, field) => request.Echo = field.Flag()),
        Field.Honoured<CompletionRequest>("best_of", (request, field) => request.BestOf = field.Count(1, 20)),
        Field.Refused<CompletionRequest>("suffix", "no model here fills in the middle. Remove it.", field => field.Text().Length == 0),
    ]);
}
