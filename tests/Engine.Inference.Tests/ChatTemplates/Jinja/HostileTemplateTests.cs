using System.Text.Json.Nodes;

namespace Engine.Inference.ChatTemplates.Jinja;

/// <summary>Templates that try to take time, memory or the stack. Each must end with an error, soon, without much allocated.</summary>
public sealed class HostileTemplateTests
{
    private const int MostMegabytes = 64;

    public static TheoryData<string> Templates => new(
        "{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
        "{{ range(10000000) }}",
        "{{ range(99999) | list * 99999 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ ('a' * 1000000) * 1000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ (10 ** 10) ** 10 ** 10 ** 10 }}",
        "{% set ns = namespace(x=2) %}{% for i in range(100000) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
        "{{ 2 ** 10000000 }}",
        "{% set ns = namespace(s='a') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for i in range(100000) %}{% set ns.s = ns.s ~ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set ns = namespace() %}{% set ns.self = [ns] %}{{ ns }}",
        "{% set ns = namespace(a=[]) %}{% for i in range(100000) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace(a=[]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace(a=[]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a | tojson }}",
        "{% set ns = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}",
        "{% set ns = namespace(a=(), b=()) %}{% for i in range(60) %}{% set ns.a = (ns.a, ns.a) %}{% endfor %}{{ {ns.a: 1} }}",
        "{% set ns = namespace(a=(), b=()) %}{% for i in range(60) %}{% set ns.a = (ns.a, ns.a) %}{% set ns.b = (ns.b, ns.b) %}{% endfor %}{{ {ns.a: 1, ns.b: 2} }}",
        "{% set ns = namespace(a=()) %}{% for i in range(20000) %}{% set ns.a = (ns.a,) %}{% endfor %}{{ {ns.a: 1} }}",
        "{% set a = 'x' * 1000000 %}{% set b = 'x' * 1000000 %}{% set d = {a: 1} %}{% for i in range(100000) %}{{ d[b] }}{{ d.get(b) }}{{ b in d }}{{ a == b }}{% endfor %}",
        "{% for i in range(99999) %}{{ range(99999) | map('float') | unique | list | length }}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(9000) %}{% set ns.l = ns.l + [2 ** 90 + i] %}{% endfor %}{{ ns.l | unique | list }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '%.1000000000f' % 1.5 }}",
        "{{ '{:.1000000f}'.format(1e300) }}",
        "{{ 'x'.center(1000000000) }}",
        "{{ 'x'.zfill(1000000000) }}",
        "{{ ('\\t' * 100000).expandtabs(100000) }}",
        "{{ ('a' * 100000).replace('', 'b' * 100000) }}",
        "{{ ('a,' * 1000000).split(',') | join('b' * 10000) }}",
        "{{ ('a' * 100000) | indent(1000000000) }}",
        "{{ ('a\\n' * 100000) | indent(100000) }}",
        "{{ ('a ' * 1000000) | wordwrap(1) }}",
        "{{ range(100000) | sort | sort | sort | map('string') | sort | unique | list | pprint }}{% for i in range(9999) %}{{ range(99999) | sum }}{% endfor %}",
        "{% for i in range(100000) %}{{ ('a' * 10000).count('aa') }}{{ ('a' * 10000).find('b') }}{{ 'b' in 'a' * 10000 }}{% endfor %}",
        "{% set s = 'a' * 100000 %}{% for i in range(100000) %}{{ s.strip('b') }}{{ s | lower | length }}{% endfor %}",
        "{% set s = '<' * 100000 %}{% for i in range(1000) %}{{ s | striptags | length }}{% endfor %}",
        "{% set s = 'http://a.b/' * 10000 %}{% for i in range(10000) %}{{ s | urlize | length }}{% endfor %}",
        "{% for i in range(100000) %}{{ [] | random }}{{ dict(a=1) | tojson(indent=1000) }}{% endfor %}",
        "{{ lipsum(100000) }}",
        "{% set big = 9 ** 4000 %}{% for i in range(100000) %}{{ big * 1 % 7 }}{{ big | string | length }}{% endfor %}",
        "{% for i in range(100000) %}{{ range(100000) | batch(2) | list | length }}{% endfor %}",
        "{{ range(100000) | slice(100000) | list | length }}{{ range(100000) | slice(1000000000) | list | length }}");

    [Theory]
    [MemberData(nameof(Templates))]
    public void Render_HostileTemplate_EndsWithAnErrorWithinItsMemory(string source)
    {
        ChatTemplate template = ChatTemplate.Parse(source);
        ChatTemplateInput input = new() { Messages = [new JsonObject { ["role"] = "user", ["content"] = "hi" }] };
        Assert.Throws<ChatTemplateException>(() => template.Render(input));

        // The second time everything is compiled; that is what counts.
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ChatTemplateException>(() => template.Render(input));
        long megabytes = (GC.GetAllocatedBytesForCurrentThread() - before) >> 20;
        Assert.True(megabytes <= MostMegabytes, $"allocated {megabytes} MB");
    }

    [Fact]
    public void Parse_DeepNesting_IsRefused()
    {
        string[] sources =
        [
            "{{ " + new string('(', 100_000) + "1" + new string(')', 100_000) + " }}",
            "{{ " + new string('[', 100_000) + " }}",
            "{{ " + string.Concat(Enumerable.Repeat("not ", 100_000)) + "1 }}",
            "{{ " + string.Concat(Enumerable.Repeat("- ", 100_000)) + "1 }}",
            "{{ 1" + string.Concat(Enumerable.Repeat("+1", 100_000)) + " }}",
            "{{ a" + string.Concat(Enumerable.Repeat(".a", 100_000)) + " }}",
            "{{ a" + string.Concat(Enumerable.Repeat("|e", 100_000)) + " }}",
            "{{ a" + string.Concat(Enumerable.Repeat(" if a else a", 100_000)) + " }}",
            string.Concat(Enumerable.Repeat("{% if a %}", 50_000)),
            string.Concat(Enumerable.Repeat("{% for a in b %}", 50_000)),
            new string(' ', (1 << 20) + 1),
        ];
        foreach (string source in sources)
        {
            Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source));
        }
    }

    [Fact]
    public void Render_LongHonestConversation_IsWithinItsBudget()
    {
        ChatTemplate template = ChatTemplate.Parse(
            "{% set ns = namespace(s='') %}{% for m in messages %}{% set ns.s = ns.s + '<|' + m.role + '|>' + m.content | trim %}{% endfor %}{{ ns.s }}{{ messages | tojson }}");
        string content = string.Concat(Enumerable.Repeat("lorem ipsum ", 4000));
        JsonObject[] messages = [.. Enumerable.Range(0, 50).Select(i => new JsonObject { ["role"] = "user", ["content"] = content })];
        Assert.True(template.Render(new ChatTemplateInput { Messages = messages }).Text.Length > 4_000_000);
    }

    [Theory]
    [InlineData("{{ ''.__class__.__mro__ }}")]
    [InlineData("{{ messages.__class__.__init__.__globals__ }}")]
    [InlineData("{{ (messages | attr('__class__')).__base__ }}")]
    [InlineData("{{ '{0.__class__.__mro__}'.format(messages) }}")]
    [InlineData("{{ messages.append(1) }}")]
    [InlineData("{{ messages[0].update({'role': 'system'}) }}")]
    [InlineData("{{ messages[0].pop('content') }}")]
    [InlineData("{{ range.__call__(3) }}")]
    [InlineData("{% macro m() %}{% endmacro %}{{ m.__globals__.x }}")]
    public void Render_ReachingOut_IsRefused(string source)
    {
        JsonObject message = new() { ["role"] = "user", ["content"] = "hi" };
        ChatTemplate template = ChatTemplate.Parse(source);
        Assert.Throws<ChatTemplateException>(() => template.Render(new ChatTemplateInput { Messages = [message] }));
        Assert.Equal("""{"role":"user","content":"hi"}""", message.ToJsonString());
    }
}
