using Engine.Server.Fields;
using Microsoft.AspNetCore.Http;

namespace Engine.Server.Requests;

/// <summary>What becomes of fields without effect: named in the answer's header, or refused in strict mode.</summary>
internal static class StrictMode
{
    /// <exception cref="Errors.OpenAIException">The mode is strict and a field has no effect.</exception>
    public static void Apply(HttpContext context, FieldReport report, bool strictByDefault)
    {
        string header = context.Request.Headers["x-engine-strict"].ToString();
        if (strictByDefault ? !header.Equals("false", StringComparison.OrdinalIgnoreCase) : header.Equals("true", StringComparison.OrdinalIgnoreCase) || header == "1")
        {
            report.RefuseAll();
        }
    }

    public static void WriteWarnings(HttpContext context, FieldReport report, IReadOnlyList<string> remarks)
    {
        if (report.ToHeader(remarks) is { } warnings)
        {
            context.Response.Headers["x-engine-warnings"] = warnings;
        }
    }
}
