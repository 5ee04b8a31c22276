using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.PreTokenizers;

/// <summary>
/// Splits where the script changes; kana counts as Han, and a space belongs to what is before it. What stands in front of the first character
/// with a script is lost, as it is in the original.
/// </summary>
internal sealed class UnicodeScriptsSplit : PreTokenizer
{
    private const int ProlongedSoundMark = 0x30FC;

    private static readonly CodePointLabels Scripts = UnicodeData.Labels("script");
    private static readonly int Han = Scripts.NumberOf("Han");
    private static readonly int Hiragana = Scripts.NumberOf("Hiragana");
    private static readonly int Katakana = Scripts.NumberOf("Katakana");

    public override void Split(PieceList pieces) => pieces.SplitAt(static text =>
    {
        int? script = null;
        for (int position = 0; position < text.Length;)
        {
            int codePoint = Utf8.Decode(text, position, out int length);
            int next = ScriptOf(codePoint);
            if (next != CodePointLabels.None)
            {
                if (script is null && position > 0)
                {
                    return -position;
                }

                if (script is not null && script != next)
                {
                    return position;
                }

                script = next;
            }

            position += length;
        }

        return script is null ? -text.Length : text.Length;
    });

    private static int ScriptOf(int codePoint)
    {
        if (codePoint == ' ')
        {
            return CodePointLabels.None;
        }

        int script = codePoint == ProlongedSoundMark ? Han : Scripts.Of(codePoint);
        return script == Hiragana || script == Katakana ? Han : script;
    }
}
