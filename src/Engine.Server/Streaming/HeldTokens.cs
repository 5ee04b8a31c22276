using Engine.Inference;

namespace Engine.Server.Streaming;

/// <summary>
/// Tokens of one choice whose text is still held back (half a character, the beginning of a stop string). They wait until there is text to
/// send them with, so that no event has log probabilities without text.
/// </summary>
internal sealed class HeldTokens
{
    private List<GeneratedToken> _tokens = [];

    /// <summary>Adds an update's tokens.</summary>
    /// <returns>All tokens that wait, if the update lets them go; else <see langword="null"/>.</returns>
    public IReadOnlyList<GeneratedToken>? Take(GenerationUpdate update)
    {
        _tokens.AddRange(update.Tokens);
        if (update.Text.Length == 0 && update.FinishReason is null)
        {
            return null;
        }

        List<GeneratedToken> taken = _tokens;
        _tokens = [];
        return taken;
    }
}
