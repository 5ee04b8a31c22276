namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>The syntax of calls between their markers.</summary>
internal abstract class CallSyntax
{
    /// <summary>Whether the end marker is looked for as text; else the syntax knows itself where it ends.</summary>
    public virtual bool EndsAtMarker => true;

    /// <summary>Whether a call without its end marker may be cut off without showing it.</summary>
    public virtual bool NeedsEnd => false;

    /// <summary>
    /// Looks at text from where it was left, and gives the length of the calls in it; <see langword="null"/> where they are not complete. Only asked
    /// of a syntax that does not end at a marker.
    /// </summary>
    public virtual int? FindLength(string text, ref BalanceScanner scanner) => null;

    /// <summary>Reads calls; false where they are malformed.</summary>
    public abstract bool TryParse(string body, ArgumentTypes types, List<ToolCall> calls);
}
