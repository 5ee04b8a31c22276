using Engine.Server.Errors;
using Engine.Server.Fields;
using Microsoft.AspNetCore.Http;

namespace Engine.Server.Requests;

/// <summary>What becomes of fields without effect: named in the answer's header, or refused in strict mode.</summary>
internal static class StrictMode
{
    /// <summary>Once the body is read.</summary>
    /// <exception cref="OpenAIException">The mode is strict and a field has no effect.</exception>
    public static void Apply(HttpContext context, FieldReport report, bool strictByDefault)
    {
        if (IsStrict(context, strictByDefault))
        {
            report.RefuseAll();
        }
    }

    /// <summary>Once the engine has looked at the request, before the answer begins.</summary>
    /// <exception cref="OpenAIException">The mode is strict and the engine remarked something.</exception>
    public static void Conclude(HttpContext context, FieldReport report, IReadOnlyList<string> remarks, bool strictByDefault)
    {
        if (remarks.Count > 0 && IsStrict(context, strictByDefault))
        {
            throw new OpenAIException(
                StatusCodes.Status400BadRequest, $"{remarks[0]} Strict mode (x-engine-strict) refuses what has no effect.", ErrorCodes.UnsupportedParameter, "messages");
        }

        if (report.ToHeader(remarks) is { } warnings)
        {
            context.Response.Headers["x-engine-warnings"] = warnings;
        }
    }

    private static bool IsStrict(HttpContext context, bool strictByDefault)
    {
        string header = context.Request.Headers["x-engine-strict"].ToString();
        return strictByDefault ? !header.Equals("false", StringComparison.OrdinalIgnoreCase) : header.Equals("true", StringComparison.OrdinalIgnoreCase) || header == "1";
    }
}
