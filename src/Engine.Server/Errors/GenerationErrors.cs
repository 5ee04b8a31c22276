using System.Text;
using Engine.Inference;

namespace Engine.Server.Errors;

/// <summary>Says in the wire's terms what the engine refused or failed at.</summary>
internal static class GenerationErrors
{
    /// <summary>The error object for a fault of the engine.</summary>
    /// <param name="exception">What the engine threw.</param>
    /// <param name="maxTokensField">The name under which the caller gave the limit of tokens.</param>
    /// <param name="promptField">The field that holds the prompt.</param>
    public static OpenAIException ToOpenAI(GenerationException exception, string maxTokensField = "max_tokens", string promptField = "prompt")
    {
        string? parameter = FieldOf(exception.Parameter, maxTokensField, promptField);
        return exception.Error switch
        {
            GenerationError.InvalidRequest => new(400, exception.Message, ErrorCodes.InvalidValue, parameter, innerException: exception),
            GenerationError.ContextLengthExceeded =>
                new(400, exception.Message, ErrorCodes.ContextLengthExceeded, parameter ?? promptField, innerException: exception),
            GenerationError.Unsupported => new(400, exception.Message, ErrorCodes.UnsupportedParameter, parameter, innerException: exception),
            GenerationError.Overloaded => new(429, exception.Message, ErrorCodes.RateLimitExceeded, null, retryAfterSeconds: 1, exception),
            GenerationError.ShuttingDown => new(503, exception.Message, ErrorCodes.ServerShuttingDown, null, retryAfterSeconds: 5, exception),
            _ => new(500, exception.Message, ErrorCodes.ModelFailed, null, innerException: exception),
        };
    }

    /// <summary><c>Sampling.TopP</c> → <c>top_p</c>, <c>Prompt.Messages[2]</c> → <c>messages[2]</c>.</summary>
    internal static string? FieldOf(string? member, string maxTokensField, string promptField)
    {
        if (member is null)
        {
            return null;
        }

        string own = member.StartsWith("Sampling.", StringComparison.Ordinal) ? member["Sampling.".Length..]
            : member.StartsWith("Prompt.", StringComparison.Ordinal) ? member["Prompt.".Length..]
            : member;
        int end = own.AsSpan().IndexOfAny('[', '.');
        string name = end < 0 ? own : own[..end];
        string rest = end < 0 ? "" : SnakeCase(own[end..]);
        string field = name switch
        {
            "Prompt" or "Ids" or "Value" or "Text" or "Tokens" => promptField,
            "MaxTokens" => maxTokensField,
            "ChoiceCount" => "n",
            "IncludeStop" => "include_stop_str_in_output",
            "IgnoreEndTokens" => "ignore_eos",
            "KeepSpecialTokens" => "skip_special_tokens",
            "Variables" => "chat_template_kwargs",
            _ => SnakeCase(name),
        };
        return field + rest;
    }

    private static string SnakeCase(string name)
    {
        StringBuilder text = new(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsAsciiLetterUpper(name[i]) && i > 0 && char.IsAsciiLetterOrDigit(name[i - 1]))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }
}
