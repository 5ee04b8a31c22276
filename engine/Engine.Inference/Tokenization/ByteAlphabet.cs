using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization;

/// <summary>
/// GPT-2's way to write bytes as printable characters: visible Latin-1 stands for itself, the other 68 bytes for U+0100 and up, so that a
/// space is Ġ and a newline Ċ.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly int[] Characters = new int[256];
    private static readonly byte[][] Spellings = new byte[256][];
    private static readonly int[] Bytes = new int[0x100 + 68];

    static ByteAlphabet()
    {
        Array.Fill(Bytes, -1);
        int next = 0x100;
        Span<byte> spelling = stackalloc byte[4];
        for (int value = 0; value < 256; value++)
        {
            int character = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? value : next++;
            Characters[value] = character;
            Bytes[character] = value;
            Spellings[value] = spelling[..Utf8.Encode(character, spelling)].ToArray();
        }
    }

    public static int CharacterOf(byte value) => Characters[value];

    /// <summary>The character of a byte, as UTF-8.</summary>
    public static ReadOnlySpan<byte> SpellingOf(byte value) => Spellings[value];

    /// <summary>Turns a token's spelling into the bytes it stands for; false if it has a character that stands for none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> spelling, Span<byte> bytes, out int count)
    {
        count = 0;
        for (int position = 0; position < spelling.Length;)
        {
            int character = Utf8.Decode(spelling, position, out int length);
            if (character >= Bytes.Length || Bytes[character] < 0)
            {
                return false;
            }

            bytes[count++] = (byte)Bytes[character];
            position += length;
        }

        return true;
    }
}
