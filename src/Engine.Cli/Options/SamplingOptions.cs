using System.CommandLine;
using System.Globalization;
using Engine.Inference;

namespace Engine.Cli.Options;

/// <summary>How tokens are chosen and when an answer ends. What is not said is left to the model's folder.</summary>
internal sealed class SamplingOptions
{
    private readonly Option<float?> _temperature = Values.OptionalNumber("--temperature", "T", "0 always takes the most likely token; above, answers vary [default: the model's]", 0, 2);
    private readonly Option<float?> _topP = Values.OptionalNumber("--top-p", "P", "Keep the likeliest tokens up to this share [default: the model's]", 0, 1);
    private readonly Option<int?> _topK = Values.OptionalWhole("--top-k", "K", "Keep this many of the likeliest tokens; 0: all [default: the model's]", 0, int.MaxValue);
    private readonly Option<float?> _minP = Values.OptionalNumber("--min-p", "P", "Drop tokens less likely than this share of the likeliest [default: the model's]", 0, 1);
    private readonly Option<float?> _repetitionPenalty = Values.OptionalNumber("--repetition-penalty", "X", "Above 1 makes repetition less likely [default: the model's]", 0.01f, 10);
    private readonly Option<int?> _maxTokens = Values.OptionalWhole("--max-tokens", "N", "The most tokens of an answer [default: what the context has room for]", 0, int.MaxValue);

    private readonly Option<ulong?> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "Makes answers repeatable [default: random]",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
            {
                return seed;
            }

            result.AddError($"--seed is a whole number from 0 on, not \"{text}\".");
            return null;
        },
    };

    private readonly Option<string[]> _stop = new("--stop") { HelpName = "TEXT", Description = "A text that ends an answer; may be given several times" };

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_temperature, _topP, _topK, _minP, _repetitionPenalty, _maxTokens, _seed, _stop])
        {
            command.Add(option);
        }
    }

    /// <summary>A request for the prompt with what was said on the command line.</summary>
    public GenerationRequest Request(ParseResult parsed, Prompt prompt) => new()
    {
        Prompt = prompt,
        MaxTokens = parsed.GetValue(_maxTokens),
        Stop = parsed.GetValue(_stop) ?? [],
        Sampling = new SamplingOverrides
        {
            Temperature = parsed.GetValue(_temperature),
            TopP = parsed.GetValue(_topP),
            TopK = parsed.GetValue(_topK),
            MinP = parsed.GetValue(_minP),
            RepetitionPenalty = parsed.GetValue(_repetitionPenalty),
            Seed = parsed.GetValue(_seed),
        },
    };
}
