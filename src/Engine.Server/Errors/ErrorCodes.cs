namespace Engine.Server.Errors;

/// <summary>The codes of error objects; the hosted API's own names where it has one.</summary>
internal static class ErrorCodes
{
    public const string InvalidType = "invalid_type";
    public const string InvalidValue = "invalid_value";
    public const string InvalidJson = "invalid_json";
    public const string DuplicateField = "duplicate_parameter";
    public const string MissingField = "missing_required_parameter";
    public const string UnsupportedParameter = "unsupported_parameter";
    public const string UnsupportedValue = "unsupported_value";
    public const string ContextLengthExceeded = "context_length_exceeded";
    public const string ModelNotFound = "model_not_found";
    public const string InvalidApiKey = "invalid_api_key";
    public const string OriginNotAllowed = "origin_not_allowed";
    public const string HostNotAllowed = "host_not_allowed";
    public const string UnknownUrl = "unknown_url";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string RequestTooLarge = "request_too_large";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string RateLimitExceeded = "rate_limit_exceeded";
    public const string ServerShuttingDown = "server_shutting_down";
    public const string ModelLoading = "model_loading";
    public const string ModelUnavailable = "model_unavailable";
    public const string ModelFailed = "model_failed";
}
