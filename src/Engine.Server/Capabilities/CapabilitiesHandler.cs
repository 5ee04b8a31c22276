using Engine.Server.ChatCompletions;
using Engine.Server.Completions;
using Engine.Server.Fields;
using Engine.Server.Protocol;
using Microsoft.AspNetCore.Http;

namespace Engine.Server.Capabilities;

/// <summary><c>GET /v1/capabilities</c>: the field tables as data.</summary>
internal static class CapabilitiesHandler
{
    private static readonly CapabilityList All = new(new Dictionary<string, EndpointCapabilities>
    {
        ["/v1/chat/completions"] = Describe(ChatCompletionFields.Table),
        ["/v1/completions"] = Describe(CompletionFields.Table),
    });

    public static Task HandleAsync(HttpContext context) => WireJson.WriteAsync(context, StatusCodes.Status200OK, All, OpenAIJsonContext.Default.CapabilityList);

    private static EndpointCapabilities Describe<TRequest>(FieldTable<TRequest> table) => new(table.Fields.ToDictionary(field => field.Name, field => field.Answer switch
    {
        FieldAnswer.Honoured => "honoured",
        FieldAnswer.Reported => "reported",
        _ => "refused",
    }));
}
