using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Server.Errors;
using Engine.Server.Fields;
using Engine.Server.Protocol;

namespace Engine.Server.ChatCompletions;

/// <summary>What <c>/v1/chat/completions</c> does with each field.</summary>
internal static class ChatCompletionFields
{
    private const int MaxMessages = 10_000;
    private const string NoTools = "this server does not call tools yet. Remove it.";

    public static FieldTable<ChatCompletionRequest> Table { get; } = new(
    [
        .. CommonFields.Rows<ChatCompletionRequest>(),

        Field.Honoured<ChatCompletionRequest>("messages", (request, field) => request.Messages = [.. field.Items(MaxMessages).Select(ChatMessageReader.Read)]),
        Field.Honoured<ChatCompletionRequest>("max_completion_tokens", (request, field) => request.MaxCompletionTokens = field.Count(1)),
        Field.Honoured<ChatCompletionRequest>("max_tokens", (request, field) => request.MaxTokens = field.Count(1)),
        Field.Honoured<ChatCompletionRequest>("logprobs", (request, field) => request.Logprobs = field.Flag()),
        Field.Honoured<ChatCompletionRequest>("top_logprobs", (request, field) => request.TopLogprobs = field.Count(0, 20)),
        Field.Honoured<ChatCompletionRequest>("prompt_cache_key", (request, field) => request.PromptCacheKey = field.Text(1024)),
        Field.Honoured<ChatCompletionRequest>("service_tier", (request, field) => request.ServiceTier = ServiceTier(field)),
        Field.Honoured<ChatCompletionRequest>("store", (_, field) => ReportIfOn(field)),
        Field.Honoured<ChatCompletionRequest>("modalities", (_, field) => Modalities(field)),
        Field.Honoured<ChatCompletionRequest>("parallel_tool_calls", (_, field) => field.Flag()),
        Field.Honoured<ChatCompletionRequest>("chat_template_kwargs", (request, field) => request.TemplateVariables = TemplateVariables(field)),
        Field.Honoured<ChatCompletionRequest>("add_generation_prompt", (request, field) => request.AddGenerationPrompt = field.Flag()),
        Field.Honoured<ChatCompletionRequest>("continue_final_message", (request, field) => request.ContinueFinalMessage = field.Flag()),

        Field.Reported<ChatCompletionRequest>("safety_identifier", field => field.Text()),
        Field.Reported<ChatCompletionRequest>("metadata", field => Check(field.Members(), entry => entry.Text())),
        Field.Reported<ChatCompletionRequest>("prompt_cache_retention", field => field.Text()),
        Field.Reported<ChatCompletionRequest>("prompt_cache_options", field => field.Members()),
        Field.Reported<ChatCompletionRequest>("prediction", field => field.Members()),
        Field.Reported<ChatCompletionRequest>("verbosity", field => field.OneOf("low", "medium", "high")),
        Field.Reported<ChatCompletionRequest>("reasoning_effort", field => field.OneOf("none", "minimal", "low", "medium", "high", "xhigh", "max")),

        Field.Refused<ChatCompletionRequest>("response_format", "this server answers with free text only, so far. Use {\"type\":\"text\"}.", IsPlainText),
        Field.Refused<ChatCompletionRequest>("tools", NoTools, CommonFields.IsEmptyList),
        Field.Refused<ChatCompletionRequest>("tool_choice", NoTools, IsNoChoice),
        Field.Refused<ChatCompletionRequest>("functions", NoTools, CommonFields.IsEmptyList),
        Field.Refused<ChatCompletionRequest>("function_call", NoTools, IsNoChoice),
        Field.Refused<ChatCompletionRequest>("audio", "no model here speaks. Remove it."),
        Field.Refused<ChatCompletionRequest>("web_search_options", "this server does not search the web. Remove it."),
        Field.Refused<ChatCompletionRequest>("moderation", "this server does not moderate. Remove it."),
        Field.Refused<ChatCompletionRequest>("documents", "put the documents into a message."),
        Field.Refused<ChatCompletionRequest>("chat_template", "the model's own template is used. Use chat_template_kwargs for its variables."),
    ]);

    private static string ServiceTier(JsonField field) => field.Text() is "auto" or "default"
        ? "default"
        : throw OpenAIException.Invalid(field.Path, "'service_tier' must be 'auto' or 'default': there is one tier here.", ErrorCodes.UnsupportedValue);

    private static void ReportIfOn(JsonField field)
    {
        if (field.Flag())
        {
            field.Report();
        }
    }

    private static void Modalities(JsonField field)
    {
        foreach (JsonField modality in field.Items(8))
        {
            if (modality.OneOf("text", "audio") != "text")
            {
                throw modality.Unsupported("no model here speaks. Use [\"text\"].");
            }
        }
    }

    private static JsonObject TemplateVariables(JsonField field)
    {
        foreach (JsonField variable in field.Members())
        {
            if (variable.Name is "messages" or "tools" or "documents" or "add_generation_prompt" or "continue_final_message")
            {
                throw variable.Invalid($"'{variable.Path}' is set by a field of the request's own. Use that.");
            }
        }

        return field.ToNode();
    }

    private static bool IsPlainText(JsonField field)
    {
        if (field.Kind != JsonValueKind.Object)
        {
            throw field.WrongType("an object");
        }

        if (!field.Value.TryGetProperty("type", out JsonElement type))
        {
            throw OpenAIException.Invalid("response_format.type", "'response_format.type' is missing.", ErrorCodes.MissingField);
        }

        return new JsonField(type, "type", "response_format.type", field.Reported).OneOf("text", "json_object", "json_schema") == "text";
    }

    private static bool IsNoChoice(JsonField field) => field.Kind == JsonValueKind.String && field.Text() is ("none" or "auto");

    private static void Check(IEnumerable<JsonField> entries, Action<JsonField> check)
    {
        foreach (JsonField entry in entries)
        {
            check(entry);
        }
    }
}
