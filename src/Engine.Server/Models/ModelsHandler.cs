using Engine.Server.Errors;
using Engine.Server.Protocol;
using Microsoft.AspNetCore.Http;

namespace Engine.Server.Models;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>.</summary>
internal sealed class ModelsHandler(IServedModels models)
{
    public Task ListAsync(HttpContext context) =>
        WireJson.WriteAsync(context, StatusCodes.Status200OK, new ModelList(models.List()), OpenAIJsonContext.Default.ModelList);

    public Task GetAsync(HttpContext context)
    {
        // Ids may hold slashes, written as they are or as %2F, which routing leaves alone. No id holds a percent sign.
        string id = ((string?)context.Request.RouteValues["id"] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        ModelInfo model = models.List().FirstOrDefault(model => model.Id == id) ?? throw Unknown(id);
        return WireJson.WriteAsync(context, StatusCodes.Status200OK, model, OpenAIJsonContext.Default.ModelInfo);
    }

    public static OpenAIException Unknown(string id) => new(
        StatusCodes.Status404NotFound,
        $"The model '{(id.Length > 80 ? id[..80] + "…" : id)}' does not exist here. GET /v1/models lists those that do.",
        ErrorCodes.ModelNotFound,
        "model");
}
