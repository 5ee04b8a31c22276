using System.Globalization;
using System.Text.Json;
using Engine.Server.Protocol;

namespace Engine.Server.Fields;

/// <summary>The rows that chat and text completions share.</summary>
internal static class CommonFields
{
    private const int MaxStopLength = 4096;
    private const int MaxStopTokenIds = 1024;
    private const int MaxBiases = 4096;
    private const string NoConstraints = "this server does not constrain what a model writes yet. Remove it.";

    private static readonly FieldTable<StreamOptions> StreamOptionFields = new(
        Field.Honoured<StreamOptions>("include_usage", (options, field) => options.IncludeUsage = field.Flag()),
        Field.Honoured<StreamOptions>("include_obfuscation", (options, field) => options.IncludeObfuscation = field.Flag()));

    public static IEnumerable<Field<T>> Rows<T>()
        where T : CommonRequest =>
    [
        Field.Honoured<T>("model", (request, field) => request.Model = field.Text(256)),
        Field.Honoured<T>("stream", (request, field) => request.Stream = field.Flag()),
        Field.Honoured<T>("stream_options", (request, field) => StreamOptionFields.Read(field, request.StreamOptions = new StreamOptions())),
        Field.Honoured<T>("n", (request, field) => request.ChoiceCount = field.Count(1, 128)),
        Field.Honoured<T>("temperature", (request, field) => request.Temperature = (float)field.Number(0, 2)),
        Field.Honoured<T>("top_p", (request, field) => request.TopP = Mass(field)),
        Field.Honoured<T>("presence_penalty", (request, field) => request.PresencePenalty = (float)field.Number(-2, 2)),
        Field.Honoured<T>("frequency_penalty", (request, field) => request.FrequencyPenalty = (float)field.Number(-2, 2)),
        Field.Honoured<T>("logit_bias", (request, field) => request.LogitBias = Biases(field)),
        Field.Honoured<T>("seed", (request, field) => request.Seed = Seed(field)),
        Field.Honoured<T>("stop", (request, field) => request.Stop = Stop(field)),

        // Taught to clients by other servers.
        Field.Honoured<T>("top_k", (request, field) => request.TopK = Math.Max(0, field.Count(-1))),
        Field.Honoured<T>("min_p", (request, field) => request.MinP = (float)field.Number(0, 1)),
        Field.Honoured<T>("typical_p", (request, field) => request.TypicalP = Mass(field)),
        Field.Honoured<T>("repetition_penalty", (request, field) => request.RepetitionPenalty = (float)field.Number(0.01, 100)),
        Field.Honoured<T>("min_tokens", (request, field) => request.MinTokens = field.Count(0)),
        Field.Honoured<T>("ignore_eos", (request, field) => request.IgnoreEndTokens = field.Flag()),
        Field.Honoured<T>("stop_token_ids", (request, field) => request.StopTokenIds = [.. field.Items(MaxStopTokenIds).Select(id => id.Count(0))]),
        Field.Honoured<T>("include_stop_str_in_output", (request, field) => request.IncludeStop = field.Flag()),
        Field.Honoured<T>("skip_special_tokens", (request, field) => request.KeepSpecialTokens = !field.Flag()),
        Field.Honoured<T>("return_token_ids", (request, field) => request.ReturnTokenIds = field.Flag()),
        Field.Honoured<T>("prompt_logprobs", (request, field) => request.PromptLogprobs = field.Count(0, 20)),
        Field.Honoured<T>("cache_salt", (request, field) => request.CacheSalt = Salt(field)),
        Field.Honoured<T>("priority", (request, field) => request.Priority = field.Count(int.MinValue)),

        Field.Reported<T>("user", field => field.Text()),

        Field.Refused<T>("structured_outputs", NoConstraints),
        Field.Refused<T>("guided_json", NoConstraints),
        Field.Refused<T>("guided_regex", NoConstraints),
        Field.Refused<T>("guided_choice", NoConstraints),
        Field.Refused<T>("guided_grammar", NoConstraints),
        Field.Refused<T>("grammar", NoConstraints),
        Field.Refused<T>("json_schema", NoConstraints),
        Field.Refused<T>("bad_words", "use logit_bias with -100 instead.", IsEmptyList),
        Field.Refused<T>("allowed_token_ids", "use logit_bias instead."),
        Field.Refused<T>("use_beam_search", "this server samples only.", IsOff),
        Field.Refused<T>("truncate_prompt_tokens", "nothing is truncated here. Send a shorter prompt."),
        Field.Refused<T>("timings_per_token", "this server does not time single tokens yet. Remove it.", IsOff),
        Field.Refused<T>("return_progress", "this server does not tell the progress of a prompt yet. Remove it.", IsOff),
    ];

    public static bool IsOff(JsonField field) => field.Kind == JsonValueKind.False;

    public static bool IsEmptyList(JsonField field) => field.Kind == JsonValueKind.Array && field.Value.GetArrayLength() == 0;

    /// <summary>A probability mass. 0 is allowed on the wire and means the single most likely token; the sampler wants more than nothing.</summary>
    private static float Mass(JsonField field) => Math.Max((float)field.Number(0, 1), 1e-9f);

    /// <summary>Any 64-bit integer, -1 and 0 too, is a seed like any other.</summary>
    private static ulong Seed(JsonField field) =>
        field.Kind == JsonValueKind.Number && field.Value.TryGetUInt64(out ulong seed) ? seed : unchecked((ulong)field.Integer(long.MinValue, long.MaxValue));

    private static List<string> Stop(JsonField field)
    {
        IEnumerable<JsonField> entries = field.Kind switch
        {
            JsonValueKind.String => [field],
            JsonValueKind.Array => field.Items(4),
            _ => throw field.WrongType("a string or an array of strings"),
        };
        List<string> stop = [];
        foreach (JsonField entry in entries)
        {
            string text = entry.Text(MaxStopLength);
            if (text.Length > 0)
            {
                stop.Add(text);
            }
            else
            {
                // An empty text would end every answer before it begins; nobody means that.
                entry.Report();
            }
        }

        return stop;
    }

    private static Dictionary<int, float> Biases(JsonField field)
    {
        Dictionary<int, float> biases = [];
        foreach (JsonField entry in field.Members())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                throw field.Invalid($"'{field.Path}' maps token ids to numbers; '{entry.Name}' is no token id.");
            }

            if (biases.Count == MaxBiases)
            {
                throw field.Invalid($"'{field.Path}' has more than {MaxBiases} entries.");
            }

            biases[id] = (float)entry.Number(-100, 100);
        }

        return biases;
    }

    private static string Salt(JsonField field)
    {
        string salt = field.Text(64);
        return salt.Length > 0 && !salt.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? salt
            : throw field.Invalid($"'{field.Path}' must be 1 to 64 printable ASCII characters.");
    }
}
