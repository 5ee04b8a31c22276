using Engine.Inference.ChatTemplates.Jinja.Filters;
using Engine.Inference.ChatTemplates.Jinja.Nodes;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>Parses expressions with jinja2's grammar and precedence.</summary>
internal sealed class ExpressionParser(TokenStream stream, ParserState state)
{
    public Expression ParseExpression(bool withConditional = true)
    {
        using ParserState.Nesting nesting = state.Enter(stream);
        return withConditional ? ParseConditional() : ParseOr();
    }

    /// <summary>An expression, or a tuple without parentheses.</summary>
    public Expression ParseTuple(bool withConditional = true, bool isParenthesized = false, string? endName = null)
    {
        int line = stream.Current.Line;
        List<Expression> items = [];
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                stream.ExpectOperator(",");
            }

            if (IsTupleEnd(endName))
            {
                break;
            }

            items.Add(ParseExpression(withConditional));
            if (!stream.Current.IsOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        if (isTuple || (items.Count == 0 && isParenthesized))
        {
            return new ListExpression(items, isTuple: true, line);
        }

        return items.Count == 1 ? items[0] : throw stream.Failure($"expected an expression, got {stream.Current.Description}");
    }

    public bool IsTupleEnd(string? endName) =>
        stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || stream.Current.IsOperator(")") || (endName is not null && stream.Current.IsName(endName));

    /// <summary>The filters of a set or filter block, which have no input of their own.</summary>
    public FilterExpression? ParseFilterChain(bool startsInline)
    {
        FilterExpression? chain = null;
        while (startsInline || stream.Current.IsOperator("|"))
        {
            if (!startsInline)
            {
                stream.Next();
            }

            chain = ParseFilter(chain);
            startsInline = false;
        }

        return chain;
    }

    public ArgumentList ParseArguments()
    {
        stream.ExpectOperator("(");
        List<Expression> positional = [];
        List<KeyValuePair<StringValue, Expression>> named = [];
        Expression? morePositional = null;
        Expression? moreNamed = null;
        bool isFirst = true;
        while (!stream.Current.IsOperator(")"))
        {
            if (!isFirst)
            {
                stream.ExpectOperator(",");
                if (stream.Current.IsOperator(")"))
                {
                    break;
                }
            }

            isFirst = false;
            if (stream.SkipOperator("*"))
            {
                Require(morePositional is null && moreNamed is null);
                morePositional = ParseExpression();
            }
            else if (stream.SkipOperator("**"))
            {
                Require(moreNamed is null);
                moreNamed = ParseExpression();
            }
            else if (stream.Current.Kind == TokenKind.Name && stream.Ahead.IsOperator("="))
            {
                Require(moreNamed is null);
                StringValue name = new(state.Name(stream.Next().Text));
                stream.Next();
                named.Add(new(name, ParseExpression()));
            }
            else
            {
                Require(morePositional is null && moreNamed is null && named.Count == 0);
                positional.Add(ParseExpression());
            }
        }

        stream.ExpectOperator(")");
        return new ArgumentList(positional, named, morePositional, moreNamed);
    }

    private void Require(bool isInOrder)
    {
        if (!isInOrder)
        {
            throw stream.Failure("invalid order of arguments in a call");
        }
    }

    private Expression ParseConditional()
    {
        int line = stream.Current.Line;
        int mark = state.Mark();
        Expression value = ParseOr();
        while (stream.SkipName("if"))
        {
            Expression condition = ParseOr();
            Expression? otherwise = stream.SkipName("else") ? ParseConditionalNested() : null;
            value = new ConditionalExpression(condition, value, otherwise, line);
            state.Forgive(mark);
        }

        return value;
    }

    private Expression ParseConditionalNested()
    {
        using ParserState.Nesting nesting = state.Enter(stream);
        return ParseConditional();
    }

    private Expression ParseOr()
    {
        int line = stream.Current.Line;
        Expression left = ParseAnd();
        while (stream.SkipName("or"))
        {
            left = state.Checked(new LogicalExpression(left, isAnd: false, ParseAnd(), line), stream);
        }

        return left;
    }

    private Expression ParseAnd()
    {
        int line = stream.Current.Line;
        Expression left = ParseNot();
        while (stream.SkipName("and"))
        {
            left = state.Checked(new LogicalExpression(left, isAnd: true, ParseNot(), line), stream);
        }

        return left;
    }

    private Expression ParseNot()
    {
        int line = stream.Current.Line;
        if (!stream.SkipName("not"))
        {
            return ParseComparison();
        }

        using ParserState.Nesting nesting = state.Enter(stream);
        return new NotExpression(ParseNot(), line);
    }

    private Expression ParseComparison()
    {
        int line = stream.Current.Line;
        Expression first = ParseSum();
        List<KeyValuePair<string, Expression>> rest = [];
        while (true)
        {
            Token token = stream.Current;
            if (token.Kind == TokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                stream.Next();
                rest.Add(new(token.Text, ParseSum()));
            }
            else if (stream.SkipName("in"))
            {
                rest.Add(new("in", ParseSum()));
            }
            else if (token.IsName("not") && stream.Ahead.IsName("in"))
            {
                stream.Next();
                stream.Next();
                rest.Add(new("not in", ParseSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new ComparisonExpression(first, rest, line);
            }
        }
    }

    private Expression ParseSum()
    {
        Expression left = ParseConcatenation();
        while (stream.Current.Kind == TokenKind.Operator && stream.Current.Text is "+" or "-")
        {
            Token token = stream.Next();
            left = state.Checked(new BinaryExpression(left, token.Text, ParseConcatenation(), token.Line), stream);
        }

        return left;
    }

    private Expression ParseConcatenation()
    {
        int line = stream.Current.Line;
        List<Expression> parts = [ParseProduct()];
        while (stream.SkipOperator("~"))
        {
            parts.Add(ParseProduct());
        }

        return parts.Count == 1 ? parts[0] : new ConcatenationExpression(parts, line);
    }

    private Expression ParseProduct()
    {
        Expression left = ParsePower();
        while (stream.Current.Kind == TokenKind.Operator && stream.Current.Text is "*" or "/" or "//" or "%")
        {
            Token token = stream.Next();
            left = state.Checked(new BinaryExpression(left, token.Text, ParsePower(), token.Line), stream);
        }

        return left;
    }

    private Expression ParsePower()
    {
        Expression left = ParseUnary(withFilter: true);
        while (stream.Current.IsOperator("**"))
        {
            int line = stream.Next().Line;
            // jinja2 takes powers from the left, unlike Python.
            left = state.Checked(new BinaryExpression(left, "**", ParseUnary(withFilter: true), line), stream);
        }

        return left;
    }

    private Expression ParseUnary(bool withFilter)
    {
        Token token = stream.Current;
        Expression node;
        if (token.IsOperator("-") || token.IsOperator("+"))
        {
            using ParserState.Nesting nesting = state.Enter(stream);
            stream.Next();
            node = new SignExpression(token.Text == "-", ParseUnary(withFilter: false), token.Line);
        }
        else
        {
            node = ParsePrimary();
        }

        node = ParsePostfix(node);
        return withFilter ? ParseFilterPart(node) : node;
    }

    private Expression ParsePrimary()
    {
        Token token = stream.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                stream.Next();
                return token.Text switch
                {
                    "true" or "True" => new ConstantExpression(BooleanValue.True, token.Line),
                    "false" or "False" => new ConstantExpression(BooleanValue.False, token.Line),
                    "none" or "None" => new ConstantExpression(NoneValue.Instance, token.Line),
                    "self" => new SelfExpression(state.Blocks, token.Line),
                    _ => new NameExpression(state.Used(token.Text), token.Line),
                };
            case TokenKind.String:
                string text = stream.Next().Text;
                while (stream.Current.Kind == TokenKind.String)
                {
                    text += stream.Next().Text;
                }

                return new ConstantExpression(new StringValue(text), token.Line);
            case TokenKind.Integer:
                stream.Next();
                return new ConstantExpression(IntegerValue.Of(token.Integer), token.Line);
            case TokenKind.Float:
                stream.Next();
                return new ConstantExpression(new FloatValue(token.Float), token.Line);
            case TokenKind.Operator when token.Text == "(":
                stream.Next();
                Expression inner = ParseTuple(isParenthesized: true);
                stream.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return ParseList();
            case TokenKind.Operator when token.Text == "{":
                return ParseDict();
            default:
                throw stream.Failure($"unexpected {token.Description}");
        }
    }

    private ListExpression ParseList()
    {
        int line = stream.Next().Line;
        List<Expression> items = [];
        while (!stream.Current.IsOperator("]"))
        {
            if (items.Count > 0)
            {
                stream.ExpectOperator(",");
                if (stream.Current.IsOperator("]"))
                {
                    break;
                }
            }

            items.Add(ParseExpression());
        }

        stream.Next();
        return new ListExpression(items, isTuple: false, line);
    }

    private DictExpression ParseDict()
    {
        int line = stream.Next().Line;
        List<KeyValuePair<Expression, Expression>> items = [];
        while (!stream.Current.IsOperator("}"))
        {
            if (items.Count > 0)
            {
                stream.ExpectOperator(",");
                if (stream.Current.IsOperator("}"))
                {
                    break;
                }
            }

            Expression key = ParseExpression();
            stream.ExpectOperator(":");
            items.Add(new(key, ParseExpression()));
        }

        stream.Next();
        return new DictExpression(items, line);
    }

    private Expression ParsePostfix(Expression node)
    {
        while (stream.Current.Kind == TokenKind.Operator)
        {
            Token token = stream.Current;
            switch (token.Text)
            {
                case ".":
                    stream.Next();
                    node = ParseMember(node, token.Line);
                    break;
                case "[":
                    stream.Next();
                    node = ParseSubscript(node, token.Line);
                    break;
                case "(":
                    node = new CallExpression(node, ParseArguments(), token.Line);
                    break;
                default:
                    return node;
            }

            node = state.Checked(node, stream);
        }

        return node;
    }

    private Expression ParseMember(Expression owner, int line)
    {
        Token member = stream.Next();
        return member.Kind switch
        {
            TokenKind.Name => new AttributeExpression(owner, state.Member(member.Text), line),
            TokenKind.Integer => new ItemExpression(owner, new ConstantExpression(IntegerValue.Of(member.Integer), line), line),
            _ => throw stream.Failure("expected a name or number after '.'"),
        };
    }

    private Expression ParseSubscript(Expression owner, int line)
    {
        List<Expression> keys = [];
        Expression? slice = null;
        while (!stream.Current.IsOperator("]"))
        {
            if (keys.Count > 0 || slice is not null)
            {
                stream.ExpectOperator(",");
            }

            if (ParseSlice(owner, line) is { } found)
            {
                slice = found;
            }
            else
            {
                keys.Add(ParseExpression());
                if (stream.Current.IsOperator(":"))
                {
                    slice = FinishSlice(owner, keys[^1], line);
                    keys.RemoveAt(keys.Count - 1);
                }
            }
        }

        stream.Next();
        if (slice is not null)
        {
            // A tuple of slices indexes nothing that a template can hold.
            return keys.Count == 0 ? slice : new ItemExpression(owner, new ListExpression(keys, isTuple: true, line), line);
        }

        if (keys is [ConstantExpression { Value: StringValue name }])
        {
            state.Member(name.Text);
        }

        return new ItemExpression(owner, keys.Count == 1 ? keys[0] : new ListExpression(keys, isTuple: true, line), line);
    }

    private SliceExpression? ParseSlice(Expression owner, int line) => stream.Current.IsOperator(":") ? FinishSlice(owner, null, line) : null;

    private SliceExpression FinishSlice(Expression owner, Expression? start, int line)
    {
        stream.ExpectOperator(":");
        Expression? stop = IsSlicePartEnd() ? null : ParseExpression();
        Expression? step = stream.SkipOperator(":") && !IsSlicePartEnd() ? ParseExpression() : null;
        return new SliceExpression(owner, start, stop, step, line);
    }

    private bool IsSlicePartEnd() => stream.Current.Kind == TokenKind.Operator && stream.Current.Text is ":" or "]" or ",";

    private Expression ParseFilterPart(Expression node)
    {
        while (true)
        {
            if (stream.SkipOperator("|"))
            {
                node = ParseFilter(node);
            }
            else if (stream.Current.IsName("is"))
            {
                node = ParseTest(node);
            }
            else if (stream.Current.IsOperator("("))
            {
                int line = stream.Current.Line;
                node = new CallExpression(node, ParseArguments(), line);
            }
            else
            {
                return node;
            }

            node = state.Checked(node, stream);
        }
    }

    private FilterExpression ParseFilter(Expression? input)
    {
        Token token = stream.Current;
        string name = ParseDottedName();
        ArgumentList arguments = stream.Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty;
        FilterTable.All.TryGetValue(name, out Filter? filter);
        state.CheckKnown(filter is not null, $"there is no filter named '{name}'", token.Line);
        return new FilterExpression(input, name, filter, arguments, token.Line);
    }

    private Expression ParseTest(Expression input)
    {
        int line = stream.Next().Line;
        bool isNegated = stream.SkipName("not");
        string name = ParseDottedName();
        Test? test = TestTable.Find(name);
        state.CheckKnown(test is not null, $"there is no test named '{name}'", line);
        Expression node = new TestExpression(input, name, test, ParseTestArguments(), line);
        return isNegated ? new NotExpression(node, line) : node;
    }

    private ArgumentList ParseTestArguments()
    {
        Token token = stream.Current;
        if (token.IsOperator("("))
        {
            return ParseArguments();
        }

        bool startsArgument = token.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float
            || token.IsOperator("[") || token.IsOperator("{");
        if (!startsArgument || (token.Kind == TokenKind.Name && token.Text is "else" or "or" or "and"))
        {
            return ArgumentList.Empty;
        }

        if (token.IsName("is"))
        {
            throw stream.Failure("you cannot chain multiple tests with is");
        }

        return new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
    }

    private string ParseDottedName()
    {
        string name = stream.Expect(TokenKind.Name).Text;
        while (stream.SkipOperator("."))
        {
            name += "." + stream.Expect(TokenKind.Name).Text;
        }

        return name;
    }
}
