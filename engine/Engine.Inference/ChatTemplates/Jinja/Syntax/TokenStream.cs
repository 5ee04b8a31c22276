namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>The tokens of a template, read from left to right.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private int _position;

    public Token Current => tokens[_position];

    public Token Ahead => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    public Token Next()
    {
        Token token = Current;
        if (token.Kind != TokenKind.End)
        {
            _position++;
        }

        return token;
    }

    public bool SkipName(string name)
    {
        bool isThere = Current.IsName(name);
        if (isThere)
        {
            Next();
        }

        return isThere;
    }

    public bool SkipOperator(string symbol)
    {
        bool isThere = Current.IsOperator(symbol);
        if (isThere)
        {
            Next();
        }

        return isThere;
    }

    public Token ExpectOperator(string symbol) => Current.IsOperator(symbol) ? Next() : throw Failure($"expected '{symbol}', got {Current.Description}");

    public Token ExpectName(string name) => Current.IsName(name) ? Next() : throw Failure($"expected '{name}', got {Current.Description}");

    public Token Expect(TokenKind kind) => Current.Kind == kind
        ? Next()
        : throw Failure($"expected {(kind == TokenKind.Name ? "a name" : new Token(kind, "", 0).Description)}, got {Current.Description}");

    public JinjaSyntaxException Failure(string message) => new(message, Current.Line);
}
