namespace Engine.Server;

/// <summary>How the OpenAI API is served.</summary>
public sealed class OpenAIServerOptions
{
    /// <summary>Keys of which every request must carry one (<c>Authorization: Bearer …</c>). Empty, the default: none is asked for.</summary>
    public IList<string> ApiKeys { get; } = [];

    /// <summary>
    /// Names under which the server may be addressed (the Host header, without port), besides <c>localhost</c> and loopback addresses. Checked for
    /// connections over loopback, where a web page could otherwise reach the server through a name that it controls, and for all connections once a
    /// name is listed. <c>*</c> turns the check off. Empty by default.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>
    /// Origins of web pages that may use the server, as in <c>https://app.example</c>, besides pages that it serves itself. <c>*</c> allows all.
    /// Empty by default: requests from pages of other sites are refused.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The longest body read, in bytes, packed or unpacked. 1,024 to 1 GiB; 8 MiB by default.</summary>
    public int MaxRequestBodyBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How long a stream may be silent before a comment says that it lives. 1 second to 1 hour; 15 seconds by default.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Whether fields that have no effect are refused instead of named in the header <c>x-engine-warnings</c>. A request asks for it itself by the
    /// header <c>x-engine-strict: true</c>. <see langword="false"/> by default.
    /// </summary>
    public bool Strict { get; set; }

    /// <summary>
    /// Whether the models are loaded as soon as the server starts. <see langword="true"/> by default; <see langword="false"/> for a program that loads them itself
    /// (<see cref="Engine.Inference.LlmEngineCatalog.LoadAsync"/>).
    /// </summary>
    public bool LoadModels { get; set; } = true;

    /// <summary>Whether <c>MapOpenAI</c> also maps <c>/health</c> and <c>/health/ready</c>. <see langword="true"/> by default.</summary>
    public bool MapHealth { get; set; } = true;
}
