using System.Text;
using System.Text.Encodings.Web;

namespace Engine.Server.Protocol;

/// <summary>
/// Escapes only what JSON itself demands. The framework's relaxed encoder still writes everything beyond the first 65,536 characters (emoji, rare
/// ideographs) as two escapes, three times as long and unreadable.
/// </summary>
internal sealed class WireJsonEncoder : JavaScriptEncoder
{
    private const int FirstSupplementary = 0x10000;

    public static WireJsonEncoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => UnsafeRelaxedJsonEscaping.MaxOutputCharactersPerInputCharacter;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar < FirstSupplementary && UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar);

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        int index = 0;
        while (index < textLength)
        {
            int found = UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncode(text + index, textLength - index);
            if (found < 0)
            {
                return -1;
            }

            index += found;
            if (Rune.DecodeFromUtf16(new ReadOnlySpan<char>(text + index, textLength - index), out Rune rune, out int consumed) != System.Buffers.OperationStatus.Done
                || rune.Value < FirstSupplementary)
            {
                return index;
            }

            index += consumed;
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        UnsafeRelaxedJsonEscaping.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
}
