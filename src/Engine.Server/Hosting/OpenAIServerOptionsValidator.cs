using Microsoft.Extensions.Options;

namespace Engine.Server.Hosting;

/// <summary>Refuses to start with options that make no sense.</summary>
internal sealed class OpenAIServerOptionsValidator : IValidateOptions<OpenAIServerOptions>
{
    public ValidateOptionsResult Validate(string? name, OpenAIServerOptions options)
    {
        List<string> faults = [];
        if (options.ApiKeys.Any(string.IsNullOrWhiteSpace))
        {
            faults.Add("An API key is empty.");
        }

        if (options.MaxRequestBodyBytes is < 1024 or > 1 << 30)
        {
            faults.Add("MaxRequestBodyBytes must be 1,024 to 1,073,741,824.");
        }

        if (options.KeepAliveInterval < TimeSpan.FromSeconds(1) || options.KeepAliveInterval > TimeSpan.FromHours(1))
        {
            faults.Add("KeepAliveInterval must be 1 second to 1 hour.");
        }

        foreach (string origin in options.AllowedOrigins)
        {
            if (origin != "*" && (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) || uri.AbsolutePath.Length > 1 || origin.EndsWith('/')))
            {
                faults.Add($"The origin '{origin}' must be a scheme and a host, as in https://app.example, or *.");
            }
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
