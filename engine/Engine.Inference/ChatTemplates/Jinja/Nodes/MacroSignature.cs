namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>
/// The parameters of a macro, and which of the variables <c>caller</c>, <c>kwargs</c> and <c>varargs</c> its body asks for: arguments that go
/// there are an error where it does not.
/// </summary>
internal sealed record MacroSignature(
    IReadOnlyList<string> Parameters, IReadOnlyList<Expression?> Defaults, bool TakesCaller, bool TakesNamed, bool TakesPositional);
