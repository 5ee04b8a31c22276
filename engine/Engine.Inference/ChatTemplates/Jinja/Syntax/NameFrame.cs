namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>
/// The names of a scope while it is parsed. As in jinja2, a name that a scope assigns before it reads it, and that no outer scope mentions, is the
/// scope's own from its beginning on: inner scopes that read it earlier find it undefined, not the variable of that name from outside.
/// </summary>
internal sealed class NameFrame(NameFrame? parent)
{
    private readonly HashSet<string> _mentioned = new(StringComparer.Ordinal);
    private readonly List<string> _assignedFirst = [];

    public NameFrame? Parent { get; } = parent;

    /// <summary>How many if statements are open. What only a branch assigns is not hidden.</summary>
    public int ConditionalDepth { get; set; }

    public bool HasCandidates => _assignedFirst.Count > 0;

    public void Mention(string name) => _mentioned.Add(name);

    public void Assign(string name)
    {
        if (_mentioned.Add(name) && ConditionalDepth == 0)
        {
            _assignedFirst.Add(name);
        }
    }

    /// <summary>The names to hide. Only known when all outer scopes are parsed.</summary>
    public IReadOnlyList<string> Hidden() => [.. _assignedFirst.Where(name => !IsMentionedOutside(name))];

    private bool IsMentionedOutside(string name)
    {
        for (NameFrame? frame = Parent; frame is not null; frame = frame.Parent)
        {
            if (frame._mentioned.Contains(name))
            {
                return true;
            }
        }

        return false;
    }
}
