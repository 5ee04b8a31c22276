using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Engine.Cli.Options;

/// <summary>Options whose values are checked while they are parsed, so that a wrong one is a usage error that names the range.</summary>
internal static class Values
{
    /// <summary>A whole number within bounds.</summary>
    public static Option<int> Whole(string name, string helpName, string description, int minimum, int maximum, int standard) => new(name)
    {
        HelpName = helpName,
        Description = description,
        DefaultValueFactory = _ => standard,
        CustomParser = result => ParseWhole(result, name, minimum, maximum) ?? standard,
    };

    /// <summary>A whole number within bounds, or none.</summary>
    public static Option<int?> OptionalWhole(string name, string helpName, string description, int minimum, int maximum) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result => ParseWhole(result, name, minimum, maximum),
    };

    /// <summary>A number within bounds, or none.</summary>
    public static Option<float?> OptionalNumber(string name, string helpName, string description, float minimum, float maximum) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result => ParseNumber(result, name, minimum, maximum),
    };

    /// <summary>Whole numbers within bounds, with commas between.</summary>
    public static Option<int[]> WholeList(string name, string helpName, string description, int minimum, int maximum, params int[] standard) => new(name)
    {
        HelpName = helpName,
        Description = $"{description} [default: {string.Join(',', standard)}]",
        DefaultValueFactory = _ => standard,
        CustomParser = result => ParseList(result, name, minimum, maximum),
        Arity = ArgumentArity.ExactlyOne,
    };

    /// <summary>One of some words; the first is the default.</summary>
    public static Option<string> Word(string name, string description, params string[] words) => new(name)
    {
        HelpName = string.Join('|', words),
        Description = description,
        DefaultValueFactory = _ => words[0],
        CustomParser = result => ParseWord(result, name, words),
    };

    /// <summary>One of some words, or none.</summary>
    public static Option<string?> OptionalWord(string name, string description, params string[] words) => new(name)
    {
        HelpName = string.Join('|', words),
        Description = description,
        CustomParser = result => ParseWord(result, name, words),
    };

    /// <summary>Some of some words, with commas between; all of them by default.</summary>
    public static Option<string[]> Words(string name, string description, params string[] words) => new(name)
    {
        HelpName = "LIST",
        Description = $"{description} [default: {string.Join(',', words)}]",
        DefaultValueFactory = _ => words,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            string[] given = result.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (given.Length == 0 || given.Except(words).Any())
            {
                result.AddError($"{name} is a list of {string.Join(", ", words)} with commas between, not \"{result.Tokens[0].Value}\".");
            }

            return given;
        },
    };

    private static string ParseWord(ArgumentResult result, string name, string[] words)
    {
        string word = result.Tokens[0].Value;
        if (!words.Contains(word))
        {
            result.AddError($"{name} is {string.Join(" or ", words)}, not \"{word}\".");
        }

        return word;
    }

    private static int? ParseWhole(ArgumentResult result, string name, int minimum, int maximum)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= minimum && value <= maximum)
        {
            return value;
        }

        result.AddError($"{name} is a whole number {Range(minimum, maximum)}, not \"{text}\".");
        return null;
    }

    private static float? ParseNumber(ArgumentResult result, string name, float minimum, float maximum)
    {
        string text = result.Tokens[0].Value;
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value >= minimum && value <= maximum)
        {
            return value;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is a number from {minimum} to {maximum}, not \"{text}\"."));
        return null;
    }

    private static int[] ParseList(ArgumentResult result, string name, int minimum, int maximum)
    {
        string text = result.Tokens[0].Value;
        List<int> values = [];
        foreach (string part in text.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) || value < minimum || value > maximum)
            {
                result.AddError($"{name} is a list of whole numbers {Range(minimum, maximum)} with commas between, as in \"1,8\", not \"{text}\".");
                return [];
            }

            values.Add(value);
        }

        return [.. values];
    }

    private static string Range(int minimum, int maximum) => maximum == int.MaxValue ? $"from {minimum} on" : $"from {minimum} to {maximum}";
}
