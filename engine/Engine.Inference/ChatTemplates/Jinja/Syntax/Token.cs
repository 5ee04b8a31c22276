using System.Numerics;

namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>A token of a template. <paramref name="Text"/> is the data, the name, the unescaped string or the operator.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, BigInteger Integer = default, double Float = 0)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    public bool IsName(string text) => Is(TokenKind.Name, text);

    public bool IsOperator(string text) => Is(TokenKind.Operator, text);

    public string Description => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.Data => "template text",
        TokenKind.VariableBegin => "'{{'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.String => "a string",
        TokenKind.Integer or TokenKind.Float => "a number",
        _ => $"'{Text}'",
    };
}
