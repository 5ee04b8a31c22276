namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>
/// What one rendering may use. The limits leave room for conversations of a million tokens and stop a hostile template before 100 ms and 64 MB.
/// </summary>
internal static class RenderLimits
{
    /// <summary>Nodes evaluated and elements visited, for a conversation of no characters.</summary>
    public const long Steps = 1_500_000;

    /// <summary>Characters of all strings made, list elements counted as 16, for a conversation of no characters.</summary>
    public const long Characters = 6_000_000;

    /// <summary>Further steps for each character of the conversation.</summary>
    public const int StepsPerInputCharacter = 64;

    /// <summary>Further characters for each: templates that build the text up in a variable copy it several times a message.</summary>
    public const int CharactersPerInputCharacter = 256;

    /// <summary>Macro calls and recursive loops inside one another.</summary>
    public const int CallDepth = 200;

    /// <summary>Lists and dictionaries inside one another, where one is printed, compared or serialised.</summary>
    public const int ValueDepth = 200;

    /// <summary>Elements of a range; jinja2's sandbox has the same limit.</summary>
    public const int RangeLength = 100_000;

    /// <summary>Bits of an integer; more than the 4300 digits that Python prints.</summary>
    public const int IntegerBits = 16_384;

    /// <summary>Steps before which time is not looked at, so that a loaded machine fails no ordinary template.</summary>
    public const long UntimedSteps = 30_000;

    /// <summary>The time that a rendering of many steps may take, for a conversation of no characters.</summary>
    public const int Milliseconds = 60;

    /// <summary>How many characters of a conversation give a further millisecond.</summary>
    public const int CharactersPerMillisecond = 500;
}
