namespace Engine.Server.Protocol;

/// <summary>The <c>stream_options</c> of a request.</summary>
internal sealed class StreamOptions
{
    /// <summary>Whether a last event tells the usage.</summary>
    public bool IncludeUsage { get; set; }

    /// <summary>Whether events are padded, so that their sizes say less about the text.</summary>
    public bool IncludeObfuscation { get; set; }
}
