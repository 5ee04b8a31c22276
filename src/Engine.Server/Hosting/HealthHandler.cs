using Engine.Server.Models;
using Engine.Server.Protocol;
using Microsoft.AspNetCore.Http;

namespace Engine.Server.Hosting;

/// <summary><c>GET /health</c>: the process answers. <c>GET /health/ready</c>: it can take requests.</summary>
internal sealed class HealthHandler(IServedModels models)
{
    private static readonly HealthStatus Alive = new("ok");
    private static readonly HealthStatus Ready = new("ready");

    public static Task LiveAsync(HttpContext context) => WireJson.WriteAsync(context, StatusCodes.Status200OK, Alive, OpenAIJsonContext.Default.HealthStatus);

    public Task ReadyAsync(HttpContext context)
    {
        models.RequireReady();
        return WireJson.WriteAsync(context, StatusCodes.Status200OK, Ready, OpenAIJsonContext.Default.HealthStatus);
    }
}
