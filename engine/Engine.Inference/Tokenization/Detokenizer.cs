using System.Text;
using Engine.Inference.Tokenization.Decoders;

namespace Engine.Inference.Tokenization;

/// <summary>
/// Turns the ids of one sequence into text as they come. What it gives, joined, is what <see cref="Tokenizer.Decode"/> gives for all ids; it
/// never gives a part of a character, and a text that could still become another is held back. Not thread-safe.
/// </summary>
public sealed class Detokenizer
{
    private static readonly byte[] ReplacementCharacter = "\uFFFD"u8.ToArray();

    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly DecoderChain _chain;
    private readonly DecoderChain _ending;

    /// <summary>Text that is certain and not yet compared with what was given.</summary>
    private readonly ByteList _certain = new();

    /// <summary>Text that was given although it was only what the sequence would have ended with.</summary>
    private readonly ByteList _ahead = new();

    internal Detokenizer(Tokenizer tokenizer, DecoderDefinition decoder, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _chain = decoder.CreateChain();
        _ending = decoder.CreateChain();
    }

    /// <summary>Adds a token and gives the text that became certain with it, which may be empty.</summary>
    public string Append(int id)
    {
        ReadOnlySpan<byte> spelling = _tokenizer.DecodedSpellingOf(id, _skipSpecialTokens, out bool isToken);
        if (!isToken)
        {
            return string.Empty;
        }

        _chain.Push(spelling);
        return Give(final: false);
    }

    /// <summary>Ends the sequence and gives what was held back: an unfinished character as U+FFFD.</summary>
    public string Flush() => Give(final: true);

    private string Give(bool final)
    {
        _certain.Add(_chain.Output);
        _chain.ClearOutput();
        _chain.CopyTo(_ending);
        _ending.Finish();
        ReadOnlySpan<byte> ending = _ending.Output;
        if (!final && (ending.IsEmpty ? _certain.Span : ending).EndsWith(ReplacementCharacter))
        {
            return string.Empty;
        }

        // Usual: nothing was given ahead and nothing waits for the end.
        if (_ahead.Count == 0 && ending.IsEmpty)
        {
            string text = Encoding.UTF8.GetString(_certain.Span);
            _certain.Clear();
            return text;
        }

        byte[] all = [.. _certain.Span, .. ending];
        bool goesOn = all.AsSpan().StartsWith(_ahead.Span);
        string given = goesOn ? Encoding.UTF8.GetString(all.AsSpan(_ahead.Count)) : string.Empty;
        int compared = Math.Min(_certain.Count, all.Length);
        _certain.Clear();
        _ahead.Set(all.AsSpan(compared));
        return given;
    }
}
