using Engine.Inference.ChatTemplates.Jinja.Nodes;

namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>Parses statements with jinja2's grammar, loop controls and transformers' generation tag included.</summary>
internal sealed class Parser
{
    private readonly TokenStream _stream;
    private readonly ParserState _state = new();
    private readonly ExpressionParser _expressions;
    private int _loopDepth;

    private Parser(string source)
    {
        _stream = new TokenStream(Lexer.Tokenize(source));
        _expressions = new ExpressionParser(_stream, _state);
    }

    public static ParsedTemplate Parse(string source)
    {
        Parser parser = new(source);
        List<Statement> body = parser.ParseBody([]);
        Hide(parser._state.Frame, body, 1);
        parser._state.ThrowUnknown();
        return new ParsedTemplate(body, parser._state.Variables, parser._state.Members);
    }

    /// <summary>Statements up to a tag of one of the given names, which is left to be read; without names, up to the end.</summary>
    private List<Statement> ParseBody(string[] ends)
    {
        using ParserState.Nesting nesting = _state.Enter(_stream);
        List<Statement> body = [];
        while (_stream.Current.Kind != TokenKind.End)
        {
            Token token = _stream.Next();
            _state.BeginStatement();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new DataStatement(token.Text, token.Line));
                    break;
                case TokenKind.VariableBegin:
                    body.Add(new OutputStatement(_expressions.ParseTuple(), token.Line));
                    _stream.Expect(TokenKind.VariableEnd);
                    break;
                default:
                    if (_stream.Current.Kind == TokenKind.Name && ends.Contains(_stream.Current.Text))
                    {
                        return body;
                    }

                    ParseStatement(body);
                    _stream.Expect(TokenKind.BlockEnd);
                    break;
            }
        }

        return ends.Length == 0 ? body : throw _stream.Failure($"the template ends where {string.Join(" or ", ends.Select(end => $"'{end}'"))} is expected");
    }

    /// <summary>The body of a tag: from the end of the opening tag to the closing one, which is read up to its name.</summary>
    private List<Statement> ParseBlock(params string[] ends)
    {
        _stream.SkipOperator(":");
        _stream.Expect(TokenKind.BlockEnd);
        return ParseBody(ends);
    }

    private List<Statement> ParseWholeBlock(string end) => ParseWholeBlock(end, []);

    /// <summary>A body with a scope of its own, in which some names are there from the beginning.</summary>
    private List<Statement> ParseWholeBlock(string end, List<string> names)
    {
        int line = _stream.Current.Line;
        _state.Frame = new NameFrame(_state.Frame);
        names.ForEach(_state.Frame.Mention);
        int mark = _state.Mark();
        List<Statement> body = ParseBlock(end);
        _state.Keep(mark);
        _stream.Next();
        CloseFrame(body, line);
        return body;
    }

    /// <summary>Ends the scope of a body.</summary>
    private void CloseFrame(List<Statement> body, int line)
    {
        Hide(_state.Frame, body, line);
        _state.Frame = _state.Frame.Parent!;
    }

    private static void Hide(NameFrame frame, List<Statement> body, int line)
    {
        if (frame.HasCandidates)
        {
            body.Insert(0, new HideStatement(frame, line));
        }
    }

    private static IEnumerable<string> Names(AssignmentTarget target) => target switch
    {
        NameTarget name => [name.Name],
        TupleTarget tuple => tuple.Targets.SelectMany(Names),
        _ => [],
    };

    private void Assign(AssignmentTarget target)
    {
        foreach (string name in Names(target))
        {
            _state.Frame.Assign(name);
        }
    }

    private void ParseStatement(List<Statement> body)
    {
        Token tag = _stream.Current.Kind == TokenKind.Name ? _stream.Next() : throw _stream.Failure($"expected a tag name, got {_stream.Current.Description}");
        int line = tag.Line;
        switch (tag.Text)
        {
            case "for":
                body.Add(ParseFor(line));
                break;
            case "if":
                body.Add(ParseIf(line));
                break;
            case "set":
                body.Add(ParseSet(line));
                break;
            case "macro":
                body.Add(ParseMacro(line));
                break;
            case "call":
                body.Add(ParseCall(line));
                break;
            case "filter":
                FilterExpression filter = _expressions.ParseFilterChain(startsInline: true)!;
                body.Add(new FilterBlockStatement(filter, ParseWholeBlock("endfilter"), line));
                break;
            case "with":
                body.Add(ParseWith(line));
                break;
            case "generation":
                body.Add(new ScopedStatement(ParseWholeBlock("endgeneration"), line));
                break;
            case "autoescape":
                Expression isOn = _expressions.ParseExpression();
                body.Add(new AutoEscapeStatement(isOn, ParseWholeBlock("endautoescape"), line));
                break;
            case "block":
                body.Add(ParseNamedBlock(line));
                break;
            case "print":
                ParsePrint(body, line);
                break;
            case "break" or "continue":
                body.Add(_loopDepth > 0
                    ? new LoopControlStatement(tag.Text == "break" ? Flow.Break : Flow.Continue, line)
                    : throw new JinjaSyntaxException($"'{tag.Text}' outside of a loop", line));
                break;
            case "include" or "import" or "from" or "extends":
                SkipTag();
                body.Add(new ForeignTemplateStatement(tag.Text, line));
                break;
            default:
                throw new JinjaSyntaxException($"unknown tag '{tag.Text}'", line);
        }
    }

    private void SkipTag()
    {
        while (_stream.Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
        {
            _stream.Next();
        }
    }

    private ForStatement ParseFor(int line)
    {
        AssignmentTarget target = ParseTargets("in", withNamespace: false);
        if (target is NameTarget { Name: "loop" })
        {
            throw new JinjaSyntaxException("can't assign to the special loop variable in a for-loop target", line);
        }

        _stream.ExpectName("in");
        Expression iterable = _expressions.ParseTuple(withConditional: false, endName: "recursive");
        _state.Frame = new NameFrame(_state.Frame);
        foreach (string name in Names(target).Append("loop"))
        {
            _state.Frame.Mention(name);
        }

        Expression? condition = _stream.SkipName("if") ? _expressions.ParseExpression() : null;
        bool isRecursive = _stream.SkipName("recursive");
        _loopDepth++;
        int mark = _state.Mark();
        List<Statement> body = ParseBlock("endfor", "else");
        _state.Keep(mark);
        CloseFrame(body, line);
        _loopDepth--;
        List<Statement> otherwise = _stream.Next().Text == "else" ? ParseWholeBlock("endfor") : [];
        return new ForStatement(target, iterable, condition, isRecursive, body, otherwise, line);
    }

    private IfStatement ParseIf(int line)
    {
        List<KeyValuePair<Expression, IReadOnlyList<Statement>>> branches = [];
        int mark = _state.Mark();
        _state.Frame.ConditionalDepth++;
        while (true)
        {
            Expression condition = _expressions.ParseTuple(withConditional: false);
            branches.Add(new(condition, ParseBlock("elif", "else", "endif")));
            string end = _stream.Next().Text;
            if (end == "elif")
            {
                _state.BeginStatement();
                continue;
            }

            List<Statement> otherwise = end == "else" ? ParseBlock("endif") : [];
            if (end == "else")
            {
                _stream.Next();
            }

            _state.Forgive(mark);
            _state.Frame.ConditionalDepth--;
            return new IfStatement(branches, otherwise, line);
        }
    }

    private Statement ParseSet(int line)
    {
        AssignmentTarget target = ParseTargets(endName: null, withNamespace: true);
        if (_stream.SkipOperator("="))
        {
            Expression value = _expressions.ParseTuple();
            Assign(target);
            return new SetStatement(target, value, line);
        }

        FilterExpression? filter = _expressions.ParseFilterChain(startsInline: false);
        Assign(target);
        return new SetBlockStatement(target, filter, ParseWholeBlock("endset"), line);
    }

    /// <summary>A target, or several with commas between.</summary>
    private AssignmentTarget ParseTargets(string? endName, bool withNamespace)
    {
        List<AssignmentTarget> targets = [];
        bool isTuple = false;
        while (true)
        {
            if (targets.Count > 0)
            {
                _stream.ExpectOperator(",");
            }

            if (_expressions.IsTupleEnd(endName))
            {
                break;
            }

            targets.Add(ParseTarget(withNamespace));
            if (!_stream.Current.IsOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple ? new TupleTarget(targets) : targets.Count == 1 ? targets[0] : throw _stream.Failure("expected a name to assign to");
    }

    private AssignmentTarget ParseTarget(bool withNamespace)
    {
        if (_stream.SkipOperator("("))
        {
            using ParserState.Nesting nesting = _state.Enter(_stream);
            AssignmentTarget inner = ParseTargets(endName: null, withNamespace);
            _stream.ExpectOperator(")");
            return inner;
        }

        Token token = _stream.Expect(TokenKind.Name);
        if (token.Text is "true" or "false" or "none" or "True" or "False" or "None")
        {
            throw new JinjaSyntaxException($"can't assign to '{token.Text}'", token.Line);
        }

        string name = _state.Name(token.Text);
        if (!withNamespace || !_stream.SkipOperator("."))
        {
            return new NameTarget(name);
        }

        _state.Frame.Mention(name);
        return new NamespaceTarget(name, _stream.Expect(TokenKind.Name).Text);
    }

    private MacroStatement ParseMacro(int line)
    {
        string name = _state.Name(_stream.Expect(TokenKind.Name).Text);
        _state.Frame.Assign(name);
        (MacroSignature signature, List<Statement> body) = ParseSignatureAndBody(line, "endmacro", withSignature: true, between: null);
        return new MacroStatement(name, signature, body, line);
    }

    private CallBlockStatement ParseCall(int line)
    {
        CallExpression? call = null;
        (MacroSignature signature, List<Statement> body) = ParseSignatureAndBody(line, "endcall", _stream.Current.IsOperator("("), () =>
            call = _expressions.ParseExpression() as CallExpression ?? throw new JinjaSyntaxException("a call block needs a call", line));
        return new CallBlockStatement(call!.WithCaller(new CallBlockBody(signature, body)), line);
    }

    private (MacroSignature Signature, List<Statement> Body) ParseSignatureAndBody(int line, string end, bool withSignature, Action? between)
    {
        List<string> parameters = [];
        List<Expression?> defaults = [];
        if (withSignature)
        {
            ParseParameters(parameters, defaults);
        }

        between?.Invoke();
        HashSet<string>? outerNames = _state.UsedNames;
        int outerLoops = _loopDepth;
        HashSet<string> names = _state.UsedNames = new HashSet<string>(StringComparer.Ordinal);
        _loopDepth = 0;
        List<Statement> body = ParseWholeBlock(end, [.. parameters, "caller", "kwargs", "varargs"]);
        _loopDepth = outerLoops;
        _state.UsedNames = outerNames;
        outerNames?.UnionWith(names);
        if (parameters.Contains("caller") && defaults[parameters.IndexOf("caller")] is null)
        {
            throw new JinjaSyntaxException("when the caller parameter is given explicitly, it must have a default", line);
        }

        bool Takes(string name) => names.Contains(name) && !parameters.Contains(name);
        return (new MacroSignature(parameters, defaults, Takes("caller"), Takes("kwargs"), Takes("varargs")), body);
    }

    private void ParseParameters(List<string> parameters, List<Expression?> defaults)
    {
        _stream.ExpectOperator("(");
        while (!_stream.Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _stream.ExpectOperator(",");
            }

            parameters.Add(_state.Name(_stream.Expect(TokenKind.Name).Text));
            if (_stream.SkipOperator("="))
            {
                defaults.Add(_expressions.ParseExpression());
            }
            else if (defaults.Exists(value => value is not null))
            {
                throw _stream.Failure("a parameter without default follows one with a default");
            }
            else
            {
                defaults.Add(null);
            }
        }

        _stream.ExpectOperator(")");
    }

    private WithStatement ParseWith(int line)
    {
        List<KeyValuePair<AssignmentTarget, Expression>> assignments = [];
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
            {
                _stream.ExpectOperator(",");
            }

            AssignmentTarget target = ParseTargets(endName: null, withNamespace: false);
            _stream.ExpectOperator("=");
            assignments.Add(new(target, _expressions.ParseExpression()));
        }

        return new WithStatement(assignments, ParseWholeBlock("endwith", [.. assignments.SelectMany(assignment => Names(assignment.Key))]), line);
    }

    private BlockStatement ParseNamedBlock(int line)
    {
        string name = _stream.Expect(TokenKind.Name).Text;
        bool isScoped = _stream.SkipName("scoped");
        bool isRequired = _stream.SkipName("required");
        List<Statement> body = ParseWholeBlock("endblock");
        _stream.SkipName(name);
        if (isRequired && body.Exists(statement => statement is not DataStatement data || !data.Text.All(PythonText.IsSpace)))
        {
            throw new JinjaSyntaxException("required blocks can only contain comments or whitespace", line);
        }

        BlockStatement block = new(name, isScoped, isRequired, body, line);
        return _state.Blocks.TryAdd(name, block) ? block : throw new JinjaSyntaxException($"block '{name}' is defined twice", line);
    }

    private void ParsePrint(List<Statement> body, int line)
    {
        bool isFirst = true;
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (!isFirst)
            {
                _stream.ExpectOperator(",");
            }

            isFirst = false;
            body.Add(new OutputStatement(_expressions.ParseExpression(), line));
        }
    }
}
