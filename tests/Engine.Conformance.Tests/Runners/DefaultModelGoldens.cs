using System.Runtime.InteropServices;
using System.Text.Json;
using Engine.Tests;

namespace Engine.Conformance.Tests.Runners;

/// <summary>What the default model must give: smollm2-goldens of the shared data, whose README has the bounds.</summary>
internal sealed class DefaultModelGoldens
{
    private DefaultModelGoldens(string folder)
    {
        using JsonDocument greedy = Read(folder, "greedy.json");
        using JsonDocument wikitext = Read(folder, "wikitext.json");
        using JsonDocument logits = Read(folder, "logits.json");
        Conversations = [.. greedy.RootElement.EnumerateArray().Select(entry => new Conversation(Ints(entry, "ids"), Ints(entry, "greedy"), Floats(entry, "margins")))];
        Windows = [.. wikitext.RootElement.GetProperty("windows").EnumerateArray().Select(entry => new Window(Ints(entry, "ids"), Floats(entry, "target_logprobs"), Ints(entry, "top1")))];
        float[] values = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, "logits.f32"))).ToArray();
        int columns = logits.RootElement.GetProperty("shape")[1].GetInt32();
        int[] longIds = Ints(logits.RootElement, "long_ids");
        Rows = [.. logits.RootElement.GetProperty("rows").EnumerateArray().Select((row, i) =>
            new Row(row.GetProperty("of").GetString()!, IdsOf(row.GetProperty("of").GetString()!, longIds), row.GetProperty("row").GetInt32(), values.AsSpan(i * columns, columns).ToArray()))];
    }

    public IReadOnlyList<Conversation> Conversations { get; }

    public IReadOnlyList<Window> Windows { get; }

    public IReadOnlyList<Row> Rows { get; }

    public static DefaultModelGoldens Load() => new(SharedData.PathOf("models/smollm2-goldens"));

    private int[] IdsOf(string of, int[] longIds)
    {
        int index = of.Contains('[', StringComparison.Ordinal) ? int.Parse(of.Split('[', ']')[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
        return of.StartsWith("greedy", StringComparison.Ordinal) ? Conversations[index].Ids
            : of.StartsWith("window", StringComparison.Ordinal) ? Windows[index].Ids
            : longIds;
    }

    private static JsonDocument Read(string folder, string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name)));

    private static int[] Ints(JsonElement entry, string key) => [.. entry.GetProperty(key).EnumerateArray().Select(value => value.GetInt32())];

    private static float[] Floats(JsonElement entry, string key) => [.. entry.GetProperty(key).EnumerateArray().Select(value => value.GetSingle())];

    public sealed record Conversation(int[] Ids, int[] Greedy, float[] Margins);

    public sealed record Window(int[] Ids, float[] TargetLogprobs, int[] Top1);

    public sealed record Row(string Of, int[] Ids, int Index, float[] Logits);
}
