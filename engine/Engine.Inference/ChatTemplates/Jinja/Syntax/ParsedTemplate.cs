using Engine.Inference.ChatTemplates.Jinja.Nodes;

namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>A template as nodes, with the names of all variables and members that it reads somewhere.</summary>
internal sealed record ParsedTemplate(IReadOnlyList<Statement> Body, IReadOnlySet<string> Variables, IReadOnlySet<string> Members);
