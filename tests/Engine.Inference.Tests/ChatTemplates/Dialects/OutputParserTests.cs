using System.Text.Json.Nodes;

namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Recorded forms of answers, each parsed whole, a character at a time, and cut at every place.</summary>
public sealed class OutputParserTests
{
    private const string Paris = """{"city": "Paris"}""";

    private static readonly IReadOnlyList<JsonObject> Tools =
    [
        JsonNode.Parse("""
            {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {
            "city": {"type": "string"}, "days": {"type": "integer"}, "options": {"type": "object"}}}}}
            """)!.AsObject(),
    ];

    /// <summary>Dialect, answer, content, calls (name, arguments and id).</summary>
    public static TheoryData<string, string, string, string[]> Answers
    {
        get
        {
            TheoryData<string, string, string, string[]> data = [];
            foreach (ToolCallDialect dialect in ToolCallDialects.All.Where(dialect => !dialect.IsHarmony))
            {
                data.Add(dialect.Name, "Hello, how are you?\n", "Hello, how are you?\n", []);
                data.Add(dialect.Name, "", "", []);
                data.Add(dialect.Name, "  \n", "  \n", []);
                data.Add(dialect.Name, "a < b, [x] and {y} are <b>text</b> | 3 < 4", "a < b, [x] and {y} are <b>text</b> | 3 < 4", []);
            }

            void Add(string dialect, string answer, string content, params string[] calls) => data.Add(dialect, answer, content, calls);
            const string Berlin = """get_weather {"city": "Berlin"}""";
            const string InParis = "get_weather " + Paris;
            const string Hermes = """<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}</tool_call>""";

            Add("hermes", "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>", "", InParis);
            Add("hermes", $"Let me look.\n\n{Hermes}", "Let me look.", InParis);
            Add("hermes", $"{Hermes}\n{Hermes.Replace("Paris", "Berlin", StringComparison.Ordinal)}", "", InParis, Berlin);
            Add("hermes", $"Before {Hermes} between {Hermes} after ", "Beforebetweenafter", InParis, InParis);
            Add("hermes", Hermes.Replace("</tool_call>", "", StringComparison.Ordinal), "", InParis);
            Add("hermes", """<tool_call>{"name": "get_weather", "arguments": {"city": "a </tool_call> } b"}}</tool_call>""", "", """get_weather {"city": "a </tool_call> } b"}""");
            Add("hermes", """<tool_call>{"name": "get_weather", "arguments": "{\"city\": \"Paris\"}"}</tool_call>""", "", InParis);
            Add("hermes", """<tool_call>{"name": "get_weather", "arguments": {"city": Paris}}</tool_call>""", """<tool_call>{"name": "get_weather", "arguments": {"city": Paris}}</tool_call>""");
            Add("hermes", """<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}""", """<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}""");
            Add("hermes", $$"""<tool_call>{"name": "get_weather"</tool_call> {{Hermes}}""", """<tool_call>{"name": "get_weather"</tool_call>""", InParis);
            Add("hermes", "The <tool_call> tag begins a call", "The <tool_call> tag begins a call");
            Add("hermes", "ends with <tool_", "ends with <tool_");

            Add("qwen3-coder", "<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>", "",
                """get_weather {"city": "Paris", "days": 3}""");
            Add("qwen3-coder", "I look.\n<function=get_weather>\n<parameter=city>\n3\n</parameter>\n</function>\n</tool_call>\nDone", "I look.Done", """get_weather {"city": "3"}""");
            Add("qwen3-coder", "<tool_call>\n<function=get_weather>\n<parameter=city>\ntwo\nlines\n</parameter>\n<parameter=options>\n{\"a\": [1]}\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=now>\n</function>\n</tool_call>", "",
                """get_weather {"city": "two\nlines", "options": {"a": [1]}}""", "now {}");
            Add("qwen3-coder", "<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n", "<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n", "");
            Add("seed", "<seed:tool_call>\n<function=get_weather>\n<parameter=city>Paris</parameter>\n</function>\n</seed:tool_call>", "", InParis);

            Add("llama-json", """{"name": "get_weather", "parameters": {"city": "Paris"}}""", "", InParis);
            Add("llama-json", """<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris"}}; {"name": "get_weather", "parameters": {"city": "Berlin"}}<|eom_id|>""", "", InParis, Berlin);
            Add("llama-json", """{"answer": 42}""", """{"answer": 42}""");
            Add("llama-json", """{"name": "get_weather", "parameters": {"city": }}""", """{"name": "get_weather", "parameters": {"city": }}""");
            Add("llama-json", """Sure: {"name": "get_weather", "parameters": {}}""", """Sure: {"name": "get_weather", "parameters": {}}""");
            Add("llama-pythonic", """[get_weather(city="Paris"), get_weather(city='Berlin')]""", "", InParis, Berlin);
            Add("llama-pythonic", """<|python_start|>[get_weather(city="it's", days=3, options={'a': [True, None, 1.5]})]<|python_end|>""", "", """get_weather {"city": "it's", "days": 3, "options": {"a": [true, null, 1.5]}}""");
            Add("llama-pythonic", "[1, 2] is a list", "[1, 2] is a list");
            Add("llama-pythonic", "[get_weather(city=\"Par", "[get_weather(city=\"Par");
            Add("lfm2", """Looking.<|tool_call_start|>[get_weather(city="Paris")]<|tool_call_end|>Done.""", "Looking.Done.", InParis);
            Add("lfm2", """<|tool_call_start|>[get_weather(city=Paris]<|tool_call_end|>""", """<|tool_call_start|>[get_weather(city=Paris]<|tool_call_end|>""");

            Add("mistral", """[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris"}, "id": "abc123def"}]""", "", InParis + " abc123def");
            Add("mistral", """[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Paris"}}, {"name": "get_weather", "arguments": {"city": "Berlin"}}]""", "", InParis, Berlin);
            Add("mistral", """I look.[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}[TOOL_CALLS]get_weather[CALL_ID]123456789[ARGS]{"city": "Berlin"}""", "I look.", InParis, Berlin + " 123456789");
            Add("mistral", """[TOOL_CALLS]get_weather{"city": "Paris"}""", "", InParis);
            Add("mistral", """[TOOL_CALLS]get_weather[ARGS]{"city": Paris} x""", """[TOOL_CALLS]get_weather[ARGS]{"city": Paris} x""");
            Add("mistral", "[TOOL_CALLS]", "[TOOL_CALLS]");

            Add("phi4", """<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris"}}]<|/tool_call|>""", "", InParis);
            Add("phi4", """functools[{"name": "get_weather", "arguments": {"city": "Paris"}}, {"name": "get_weather", "arguments": {"city": "Berlin"}}]""", "", InParis, Berlin);
            Add("phi4", "import functools\nuse functools.partial", "import functools\nuse functools.partial");
            Add("granite", """I look.<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris"}}] then""", "I look.then", InParis);
            Add("granite", """<|tool_call|>[{"name": "get_weather"}]""", """<|tool_call|>[{"name": "get_weather"}]""");
            Add("nemotron", """<TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Paris"}}]</TOOLCALL>""", "", InParis);
            Add("command", """<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Paris"}}]<|END_ACTION|>""", "", InParis + " 0");
            Add("command", "<|START_RESPONSE|>Hello<|END_RESPONSE|>", "Hello");

            Add("deepseek-v3", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \"Paris\"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \"Berlin\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "", InParis, Berlin);
            Add("deepseek-v3", "<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \n```<｜tool▁call▁end｜>", "<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \n```<｜tool▁call▁end｜>");
            Add("deepseek-v3.1", "I look.\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{\"city\": \"Paris\"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "I look.", InParis);
            Add("deepseek-dsml", "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"get_weather\">\n<｜DSML｜parameter name=\"city\" string=\"true\">Paris</｜DSML｜parameter>\n<｜DSML｜parameter name=\"days\" string=\"false\">3</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>", "",
                """get_weather {"city": "Paris", "days": 3}""");
            Add("minimax", "<minimax:tool_call>\n<invoke name=\"get_weather\">\n<parameter name=\"city\">Paris</parameter>\n</invoke>\n<invoke name=\"get_weather\">\n<parameter name=\"city\">Berlin</parameter>\n</invoke>\n</minimax:tool_call>", "", InParis, Berlin);
            Add("minimax", "<invoke name=\"get_weather\">\n<parameter name=\"city\">Paris\n</invoke>", "<invoke name=\"get_weather\">\n<parameter name=\"city\">Paris\n</invoke>");
            Add("kimi", "I look.<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{\"city\": \"Paris\"}<|tool_call_end|><|tool_call_begin|>functions.get_weather:1<|tool_call_argument_begin|>{\"city\": \"Berlin\"}<|tool_call_end|><|tool_calls_section_end|>", "I look.", InParis + " functions.get_weather:0", Berlin + " functions.get_weather:1");
            Add("kimi", "<|tool_call_begin|>functions.f:0{}<|tool_call_end|>", "<|tool_call_begin|>functions.f:0{}<|tool_call_end|>");
            Add("glm", "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>", "", """get_weather {"city": "Paris", "days": 3}""");
            Add("glm", "I look.\n<tool_call>get_weather<arg_key>city</arg_key><arg_value>Paris</arg_value></tool_call><tool_call>now</tool_call>", "I look.", InParis, "now {}");
            Add("glm", "<tool_call>get_weather\n<arg_key>city</arg_key>\n</tool_call>", "<tool_call>get_weather\n<arg_key>city</arg_key>\n</tool_call>");
            Add("functiongemma", "<start_function_call>call:get_weather{city:<escape>Paris, \"the\" {city}<escape>,days:3,options:{a:[1,true]}}<end_function_call>", "", """get_weather {"city": "Paris, \u0022the\u0022 {city}", "days": 3, "options": {"a": [1, true]}}""".Replace("\\u0022", "\\\"", StringComparison.Ordinal));
            Add("functiongemma", "<start_function_call>call:get_weather{city:<escape>Paris<end_function_call>", "<start_function_call>call:get_weather{city:<escape>Paris<end_function_call>");
            Add("gemma4", "<|tool_call>call:get_weather{city:<|\"|>Paris<|\"|>}<tool_call|><|tool_call>call:now{}<tool_call|>", "", InParis, "now {}");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Append_AnyPieces_GivesTheSameParts(string dialectName, string answer, string content, string[] calls)
    {
        OutputDialect dialect = new(ToolCallDialects.All.Single(dialect => dialect.Name == dialectName), null);
        ParsedOutput whole = OutputParser.Parse(dialect, answer, Tools);
        Assert.Equal(content, whole.Content);
        Assert.Equal(calls.Where(call => call.Length > 0), whole.ToolCalls.Select(Show));
        AssertSameInPieces(dialect, answer, whole, isReasoningOpen: false);
    }

    /// <summary>For every dialect one call, two calls, and a call whose arguments are broken.</summary>
    public static TheoryData<string, string, string, string> Shapes
    {
        get
        {
            const string Broken = """{"city": Paris""";
            const string Berlin = """{"city": "Berlin"}""";
            TheoryData<string, string, string, string> data = [];
            void Add(string dialect, Func<string, string> call, Func<string, string, string>? both = null) =>
                data.Add(dialect, call(Paris), both is null ? call(Paris) + call(Berlin) : both(Paris, Berlin), call(Broken));
            static string Named(string arguments, string key = "arguments", string name = "name") => $$"""{"{{name}}": "get_weather", "{{key}}": {{arguments}}}""";
            static string Listed(string open, string close, string first, string second) => $"{open}[{first}, {second}]{close}";

            Add("hermes", call => $"<tool_call>{Named(call)}</tool_call>");
            Add("llama-json", call => Named(call, "parameters"), (x, y) => $"{Named(x, "parameters")}; {Named(y, "parameters")}");
            Add("mistral", call => $"[TOOL_CALLS][{Named(call)}]", (x, y) => Listed("[TOOL_CALLS]", "", Named(x), Named(y)));
            Add("phi4", call => $"<|tool_call|>[{Named(call)}]<|/tool_call|>", (x, y) => Listed("<|tool_call|>", "<|/tool_call|>", Named(x), Named(y)));
            Add("granite", call => $"<|tool_call|>[{Named(call)}]", (x, y) => Listed("<|tool_call|>", "", Named(x), Named(y)));
            Add("nemotron", call => $"<TOOLCALL>[{Named(call)}]</TOOLCALL>", (x, y) => Listed("<TOOLCALL>", "</TOOLCALL>", Named(x), Named(y)));
            Add("command", call => $"<|START_ACTION|>[{Named(call, "parameters", "tool_name")}]<|END_ACTION|>",
                (x, y) => Listed("<|START_ACTION|>", "<|END_ACTION|>", Named(x, "parameters", "tool_name"), Named(y, "parameters", "tool_name")));
            Add("deepseek-v3", call => $"<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{call}\n```<｜tool▁call▁end｜>");
            Add("deepseek-v3.1", call => $"<｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{call}<｜tool▁call▁end｜>");
            Add("kimi", call => $"<|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{call}<|tool_call_end|>");
            AddMarkup("qwen3-coder", city => $"<tool_call>\n<function=get_weather>\n<parameter=city>\n{city}\n</function>\n</tool_call>", "\n</parameter>", "<tool_call>\n<function=get_weather>\n<parameter=city>\nParis");
            AddMarkup("seed", city => $"<seed:tool_call>\n<function=get_weather>\n<parameter=city>{city}\n</function>\n</seed:tool_call>", "</parameter>", "<seed:tool_call>\n<function=get_weather>\n<parameter=city>Paris");
            AddMarkup("deepseek-dsml", city => $"<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"get_weather\">\n<｜DSML｜parameter name=\"city\" string=\"true\">{city}\n</｜DSML｜invoke>\n</｜DSML｜function_calls>", "</｜DSML｜parameter>");
            AddMarkup("minimax", city => $"<minimax:tool_call>\n<invoke name=\"get_weather\">\n<parameter name=\"city\">{city}\n</invoke>\n</minimax:tool_call>", "</parameter>");
            AddMarkup("glm", city => $"<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>{city}\n</tool_call>", "</arg_value>");
            AddMarkup("functiongemma", city => $"<start_function_call>call:get_weather{{city:<escape>{city}}}<end_function_call>", "<escape>");
            AddMarkup("gemma4", city => $"<|tool_call>call:get_weather{{city:<|\"|>{city}}}<tool_call|>", "<|\"|>");
            data.Add("llama-pythonic", "[get_weather(city='Paris')]", "[get_weather(city='Paris'), get_weather(city='Berlin')]", "[get_weather(city=Paris]");
            data.Add("lfm2", "<|tool_call_start|>[get_weather(city='Paris')]<|tool_call_end|>",
                "<|tool_call_start|>[get_weather(city='Paris'), get_weather(city='Berlin')]<|tool_call_end|>", "<|tool_call_start|>[get_weather(city=Paris]<|tool_call_end|>");
            return data;

            // Without its closing tag a value is broken, but where the end of the function closes it too: there the whole call is cut.
            void AddMarkup(string dialect, Func<string, string> call, string close, string? broken = null) =>
                data.Add(dialect, call("Paris" + close), call("Paris" + close) + call("Berlin" + close), broken ?? call("Paris"));
        }
    }

    [Fact]
    public void Shapes_EveryDialect_HasAll() => Assert.Equal(
        ToolCallDialects.All.Where(dialect => !dialect.IsHarmony).Select(dialect => dialect.Name).Order(StringComparer.Ordinal),
        Shapes.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Append_EveryShapeOfADialect_GivesTheSameParts(string dialectName, string one, string several, string broken)
    {
        OutputDialect dialect = new(ToolCallDialects.All.Single(dialect => dialect.Name == dialectName), null);
        string[] paris = ["get_weather " + Paris];
        Assert.Equal(paris, Calls(one));
        Assert.Equal([.. paris, """get_weather {"city": "Berlin"}"""], Calls(several));
        Assert.Empty(Calls(broken));
        foreach (string answer in new[] { "I look.\n\n" + one, one + "\n\nDone.", "I look.\n" + several + "\nDone.", "I look.\n" + broken + "\nDone.", one + broken })
        {
            Calls(answer);
        }

        IEnumerable<string> Calls(string answer)
        {
            ParsedOutput whole = OutputParser.Parse(dialect, answer, Tools);
            AssertSameInPieces(dialect, answer, whole, isReasoningOpen: false);
            return whole.ToolCalls.Select(call => $"{call.Name} {call.Arguments}");
        }
    }

    [Theory]
    [InlineData("<think>\nStep one.\n\nStep two.\n</think>\n\nThe answer.\n", false, "Step one.\n\nStep two.", "The answer.\n")]
    [InlineData("Step one.\n</think>\n\nThe answer.", true, "Step one.", "The answer.")]
    [InlineData("<think>\nagain\n</think>\nok", true, "again", "ok")]
    [InlineData("<think>\n\n</think>\n\nok", false, "", "ok")]
    [InlineData("<think>never closed ", false, "never closed", "")]
    [InlineData("no reasoning, but a <think> tag</think>", false, "", "no reasoning, but a <think> tag</think>")]
    [InlineData("\n<think>a</thin</think>b", false, "a</thin", "b")]
    [InlineData("<thin", false, "", "<thin")]
    [InlineData("", true, "", "")]
    public void Append_Reasoning_IsTakenOff(string answer, bool isOpen, string reasoning, string content)
    {
        OutputDialect dialect = new(HermesDialect.Dialect, new ReasoningDialect("<think>", "</think>"));
        ParsedOutput whole = OutputParser.Parse(dialect, answer, Tools, isOpen);
        Assert.Equal((reasoning, content), (whole.Reasoning, whole.Content));
        AssertSameInPieces(dialect, answer, whole, isOpen);
    }

    [Fact]
    public void Append_ReasoningThenCall_GivesBoth()
    {
        OutputDialect dialect = new(HermesDialect.Dialect, new ReasoningDialect("<think>", "</think>"));
        const string Answer = "<think>\nI call <tool_call>.\n</think>\n\nWait.\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>";
        ParsedOutput whole = OutputParser.Parse(dialect, Answer, Tools);
        Assert.Equal(("I call <tool_call>.", "Wait."), (whole.Reasoning, whole.Content));
        Assert.Equal("get_weather " + Paris, Show(Assert.Single(whole.ToolCalls)));
        AssertSameInPieces(dialect, Answer, whole, isReasoningOpen: false);
    }

    [Theory]
    [InlineData("<|channel|>analysis<|message|>Simple.<|end|><|start|>assistant<|channel|>final<|message|>Four.<|return|>", "Simple.", "Four.")]
    [InlineData("<|channel|>final<|message|>Four.", "", "Four.")]
    [InlineData("Just text, <b>no</b> channel", "", "Just text, <b>no</b> channel")]
    [InlineData("<|channel|>analysis<|message|>Call it.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{\"city\": \"Paris\"}<|call|>", "Call it.", "", "get_weather " + Paris)]
    [InlineData("<|channel|>commentary<|message|>I look.<|end|><|start|>assistant to=functions.get_weather<|channel|>commentary <|constrain|>json<|message|>{\"city\": \"Paris\"}<|call|><|start|>assistant to=functions.now<|channel|>commentary<|message|>{}<|call|>", "", "I look.", "get_weather " + Paris, "now {}")]
    [InlineData("<|channel|>commentary to=functions.get_weather<|message|>{\"city\": <|call|>", "", "<|channel|>commentary to=functions.get_weather<|message|>{\"city\": ")]
    [InlineData("", "", "")]
    public void Append_HarmonyMessages_AreToldApart(string answer, string reasoning, string content, params string[] calls)
    {
        OutputDialect dialect = new(HarmonyDialect.Dialect, null);
        ParsedOutput whole = OutputParser.Parse(dialect, answer, Tools);
        Assert.Equal((reasoning, content), (whole.Reasoning, whole.Content));
        Assert.Equal(calls, whole.ToolCalls.Select(Show));
        AssertSameInPieces(dialect, answer, whole, isReasoningOpen: false);
    }

    [Fact]
    public void Parse_WithoutTools_LeavesCallsInTheContent()
    {
        const string Answer = """<tool_call>{"name": "f", "arguments": {}}</tool_call>""";
        Assert.Equal(Answer, OutputParser.Parse(new OutputDialect(HermesDialect.Dialect, null), Answer, tools: null).Content);
    }

    [Fact]
    public void Append_LongCallInCharacters_TakesLinearTime()
    {
        OutputParser parser = new(new OutputDialect(HermesDialect.Dialect, null), Tools);
        List<OutputDelta> deltas = [];
        foreach (char c in "<tool_call>{\"name\": \"f\", \"arguments\": {\"text\": \"" + new string('x', 200_000) + "\"}}</tool_call>")
        {
            deltas.AddRange(parser.Append(c.ToString()));
        }

        Assert.Single(OutputParser.Collect([.. deltas, .. parser.Complete()]).ToolCalls);
    }

    [Fact]
    public void IsReasoningOpen_PromptThatOpensIt_IsTrue()
    {
        OutputDialect dialect = new(null, new ReasoningDialect("<think>", "</think>"));
        Assert.True(dialect.IsReasoningOpen("<|im_start|>assistant\n<think>\n"));
        Assert.False(dialect.IsReasoningOpen("<|im_start|>assistant\n<think>\n\n</think>\n\n"));
    }

    private static string Show(ToolCall call) => $"{call.Name} {call.Arguments}{(call.Id is null ? "" : " " + call.Id)}";

    private static void AssertSameInPieces(OutputDialect dialect, string answer, ParsedOutput whole, bool isReasoningOpen)
    {
        AssertSame(whole, InPieces(dialect, answer.Select(c => c.ToString()), isReasoningOpen));
        for (int cut = 1; cut < answer.Length; cut++)
        {
            AssertSame(whole, InPieces(dialect, [answer[..cut], answer[cut..]], isReasoningOpen));
        }
    }

    private static void AssertSame(ParsedOutput whole, ParsedOutput pieces)
    {
        Assert.Equal((whole.Content, whole.Reasoning), (pieces.Content, pieces.Reasoning));
        Assert.Equal(whole.ToolCalls, pieces.ToolCalls);
    }

    private static ParsedOutput InPieces(OutputDialect dialect, IEnumerable<string> pieces, bool isReasoningOpen)
    {
        OutputParser parser = new(dialect, Tools, isReasoningOpen);
        List<OutputDelta> deltas = [];
        foreach (string piece in pieces)
        {
            deltas.AddRange(parser.Append(piece));
        }

        return OutputParser.Collect([.. deltas, .. parser.Complete()]);
    }
}
