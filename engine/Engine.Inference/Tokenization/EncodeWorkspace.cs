using System.Text;
using Engine.Inference.Tokenization.AddedTokens;
using Engine.Inference.Tokenization.PreTokenizers;

namespace Engine.Inference.Tokenization;

/// <summary>The buffers of one encoding, kept for the next.</summary>
internal sealed class EncodeWorkspace
{
    private const int Retained = 1 << 20;

    private byte[] _input = new byte[1024];

    public TextBuffer Text { get; } = new();

    public PieceList Pieces { get; } = new();

    public List<TextPart> Parts { get; } = [];

    public List<TextPart> InnerParts { get; } = [];

    public List<int> Ids { get; } = [];

    /// <summary>The text as UTF-8, with U+FFFD for lone surrogates.</summary>
    public ReadOnlySpan<byte> ToUtf8(ReadOnlySpan<char> text)
    {
        int longest = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_input.Length < longest)
        {
            _input = new byte[longest];
        }

        return _input.AsSpan(0, Encoding.UTF8.GetBytes(text, _input));
    }

    /// <summary>Empties it, and lets go of what a very long text has made large.</summary>
    public void Clear()
    {
        Parts.Clear();
        InnerParts.Clear();
        Ids.Clear();
        if (_input.Length > Retained)
        {
            _input = new byte[1024];
        }

        Text.Trim(Retained);
        Pieces.Trim(Retained);
        if (Ids.Capacity > Retained)
        {
            Ids.Capacity = 0;
        }
    }
}
