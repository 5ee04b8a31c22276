using System.Text.Json;
using Engine.Inference.Tokenization;

namespace Engine.Tests.Tokenization;

/// <summary>Compares a tokenizer with the records that the original library made, field by field, and lists what differs.</summary>
internal sealed class GoldenCheck(Tokenizer tokenizer)
{
    private readonly List<string> _differences = [];

    public int Comparisons { get; private set; }

    public IReadOnlyList<string> Differences => _differences;

    public void Record(JsonElement record)
    {
        string kind = record.GetProperty("k").GetString()!;
        bool refused = record.TryGetProperty("error", out _);
        switch (kind)
        {
            case "encode" when refused:
                Compare("error", record, "an error", Attempt(() => Join(tokenizer.Encode(Text(record, "text")))) is null ? "an error" : "ids");
                break;
            case "pair" when refused:
                Compare("error", record, "an error", Attempt(() => Join(tokenizer.EncodePair(Text(record, "a"), Text(record, "b")))) is null ? "an error" : "ids");
                break;
            case "encode":
                Encoded(record);
                break;
            case "pair":
                Compare("pair", record, Ids(record, "ids"), Join(tokenizer.EncodePair(Text(record, "a"), Text(record, "b"), addSpecialTokens: false)));
                (int[] ids, int[] types) = tokenizer.EncodePairWithTypes(Text(record, "a"), Text(record, "b"));
                Compare("pair with specials", record, Ids(record, "ids_special"), Join(ids));
                Compare("pair types", record, Ids(record, "type_ids"), Join(types));
                break;
            case "decode":
                Decoded(record, record.GetProperty("ids"));
                Streamed(record);
                break;
        }
    }

    private void Encoded(JsonElement record)
    {
        string text = Text(record, "text");
        Compare("ids", record, Ids(record, "ids"), Attempt(() => Join(tokenizer.Encode(text, addSpecialTokens: false))));
        JsonElement special = record.TryGetProperty("ids_special", out JsonElement value) ? value : record.GetProperty("ids");
        Compare("ids with specials", record, Join(special), Attempt(() => Join(tokenizer.Encode(text))));
        if (record.TryGetProperty("ids_plain", out _))
        {
            Compare("plain ids", record, Ids(record, "ids_plain"), Attempt(() => Join(tokenizer.EncodePlain(text))));
        }

        Decoded(record, special);
        Streamed(record);
    }

    private void Decoded(JsonElement record, JsonElement ids)
    {
        if (record.GetProperty("decoded").GetString() is not { } decoded)
        {
            return;
        }

        int[] input = IntegersOf(ids);
        Compare("decoded", record, decoded, Attempt(() => tokenizer.Decode(input)));
        string kept = record.TryGetProperty("decoded_keep", out JsonElement keep) && keep.GetString() is { } text ? text : decoded;
        Compare("decoded with specials", record, kept, Attempt(() => tokenizer.Decode(input, skipSpecialTokens: false)));
    }

    private void Streamed(JsonElement record)
    {
        foreach ((string field, bool skip) in new[] { ("stream", true), ("stream_keep", false) })
        {
            if (!record.TryGetProperty(field, out JsonElement stream))
            {
                continue;
            }

            string flush = record.TryGetProperty(field + "_flush", out JsonElement end) ? end.GetString()! : string.Empty;
            Detokenizer detokenizer = tokenizer.CreateDetokenizer(skip);
            string? got = Attempt(() =>
            {
                string[] deltas = IntegersOf(record.GetProperty("ids")).Select(detokenizer.Append).ToArray();
                return string.Join('|', deltas) + "||" + detokenizer.Flush();
            });
            bool sound = stream.ValueKind != JsonValueKind.Null;
            Compare(field, record, sound ? string.Join('|', stream.EnumerateArray().Select(delta => delta.GetString())) + "||" + flush : "no exception", sound ? got : got is null ? null : "no exception");
        }
    }

    private void Compare(string what, JsonElement record, string wanted, string? got)
    {
        Comparisons++;
        if (wanted != got)
        {
            string text = record.TryGetProperty("text", out JsonElement value) ? value.GetString()! : record.GetRawText();
            _differences.Add($"{what} of {JsonSerializer.Serialize(text[..Math.Min(80, text.Length)])}:\n  wanted {Shortened(wanted)}\n  got    {Shortened(got ?? "an exception")}");
        }
    }

    private static string Shortened(string text) => JsonSerializer.Serialize(text.Length > 300 ? text[..300] + "…" : text);

    private static string Text(JsonElement record, string name) => record.GetProperty(name).GetString()!;

    private static string Ids(JsonElement record, string name) => Join(record.GetProperty(name));

    private static string Join(JsonElement ids) => Join(IntegersOf(ids));

    private static string Join(int[] ids) => string.Join(' ', ids);

    private static int[] IntegersOf(JsonElement ids) => ids.EnumerateArray().Select(id => id.GetInt32()).ToArray();

    private static string? Attempt(Func<string> action)
    {
        try
        {
            return action();
        }
        catch (TokenizationException)
        {
            return null;
        }
    }
}
