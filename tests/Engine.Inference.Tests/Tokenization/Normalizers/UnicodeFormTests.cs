using System.Text;
using Engine.Inference.Tokenization;
using Engine.Inference.Tokenization.Normalizers;

namespace Engine.Tests.Tokenization.Normalizers;

public class UnicodeFormTests
{
    private static readonly UnicodeForm[] Forms = [new(false, false), new(false, true), new(true, false), new(true, true)];

    /// <summary>Expected values: Python's unicodedata. The platform's own normalization depends on libraries that may be absent.</summary>
    [Theory]
    [InlineData("\u01C4\uFB03\u2126\u00BD", "\u01C4\uFB03\u03A9\u00BD", "\u01C4\uFB03\u03A9\u00BD", "\u0044\u017D\u0066\u0066\u0069\u03A9\u0031\u2044\u0032", "\u0044\u005A\u030C\u0066\u0066\u0069\u03A9\u0031\u2044\u0032")]
    [InlineData("\u0061\u0315\u0300\u05AE\u0301\u0062", "\u00E0\u05AE\u0301\u0315\u0062", "\u0061\u05AE\u0300\u0301\u0315\u0062", "\u00E0\u05AE\u0301\u0315\u0062", "\u0061\u05AE\u0300\u0301\u0315\u0062")]
    [InlineData("\u1100\uAC00\u11A8\u11A8", "\u1100\uAC01\u11A8", "\u1100\u1100\u1161\u11A8\u11A8", "\u1100\uAC01\u11A8", "\u1100\u1100\u1161\u11A8\u11A8")]
    [InlineData("\u0958\u0344\u2ADC", "\u0915\u093C\u0308\u0301\u2ADD\u0338", "\u0915\u093C\u0308\u0301\u2ADD\u0338", "\u0915\u093C\u0308\u0301\u2ADD\u0338", "\u0915\u093C\u0308\u0301\u2ADD\u0338")]
    [InlineData("\u030D\uC559\u11B6\u00D7\u0061\u0346", "\u030D\uC559\u11B6\u00D7\u0061\u0346", "\u030D\u110B\u1161\u11BC\u11B6\u00D7\u0061\u0346", "\u030D\uC559\u11B6\u00D7\u0061\u0346", "\u030D\u110B\u1161\u11BC\u11B6\u00D7\u0061\u0346")]
    [InlineData("\u1E1E\u0145\u110B\u1169\u1E58\u1E36\u031B", "\u1E1E\u0145\uC624\u1E58\u1E36\u031B", "\u0046\u0307\u004E\u0327\u110B\u1169\u0052\u0307\u004C\u031B\u0323", "\u1E1E\u0145\uC624\u1E58\u1E36\u031B", "\u0046\u0307\u004E\u0327\u110B\u1169\u0052\u0307\u004C\u031B\u0323")]
    [InlineData("\u1E85\u1E8B\u00EA\u0325", "\u1E85\u1E8B\u00EA\u0325", "\u0077\u0308\u0078\u0307\u0065\u0325\u0302", "\u1E85\u1E8B\u00EA\u0325", "\u0077\u0308\u0078\u0307\u0065\u0325\u0302")]
    [InlineData("\u0074\u0331\u1107\u1166\u0139\u030B\u1E99", "\u1E6F\uBCA0\u0139\u030B\u1E99", "\u0074\u0331\u1107\u1166\u004C\u0301\u030B\u0079\u030A", "\u1E6F\uBCA0\u0139\u030B\u1E99", "\u0074\u0331\u1107\u1166\u004C\u0301\u030B\u0079\u030A")]
    [InlineData("\u0349\uBFF3\u11C2\u1E63\u0336", "\u0349\uBFF3\u11C2\u1E63\u0336", "\u0349\u1108\u116F\u11B2\u11C2\u0073\u0336\u0323", "\u0349\uBFF3\u11C2\u1E63\u0336", "\u0349\u1108\u116F\u11B2\u11C2\u0073\u0336\u0323")]
    [InlineData("\u0337\u0314\u010E\u0305\u0062\u0323\u1111\u1175\u032B", "\u0337\u0314\u010E\u0305\u1E05\uD53C\u032B", "\u0337\u0314\u0044\u030C\u0305\u0062\u0323\u1111\u1175\u032B", "\u0337\u0314\u010E\u0305\u1E05\uD53C\u032B", "\u0337\u0314\u0044\u030C\u0305\u0062\u0323\u1111\u1175\u032B")]
    [InlineData("\uB884\u11A9\u0319\uD47D\u11B5\u0317\u0337", "\uB884\u11A9\u0319\uD47D\u11B5\u0337\u0317", "\u1105\u116A\u11B3\u11A9\u0319\u1111\u116E\u11AC\u11B5\u0337\u0317", "\uB884\u11A9\u0319\uD47D\u11B5\u0337\u0317", "\u1105\u116A\u11B3\u11A9\u0319\u1111\u116E\u11AC\u11B5\u0337\u0317")]
    [InlineData("\u0347\u0112\u0062\uBAA5\u11AF\u1E79\u006B\u010A\u0303", "\u0347\u0112\u0062\uBAA5\u11AF\u1E79\u006B\u010A\u0303", "\u0347\u0045\u0304\u0062\u1106\u1168\u11C0\u11AF\u0075\u0303\u0301\u006B\u0043\u0307\u0303", "\u0347\u0112\u0062\uBAA5\u11AF\u1E79\u006B\u010A\u0303", "\u0347\u0045\u0304\u0062\u1106\u1168\u11C0\u11AF\u0075\u0303\u0301\u006B\u0043\u0307\u0303")]
    [InlineData("\u030A\u0329\u006B\u0329", "\u0329\u030A\u006B\u0329", "\u0329\u030A\u006B\u0329", "\u0329\u030A\u006B\u0329", "\u0329\u030A\u006B\u0329")]
    [InlineData("\u1ED2\u1E27\u0318\u0325\u0100", "\u1ED2\u1E27\u0318\u0325\u0100", "\u004F\u0302\u0300\u0068\u0318\u0325\u0308\u0041\u0304", "\u1ED2\u1E27\u0318\u0325\u0100", "\u004F\u0302\u0300\u0068\u0318\u0325\u0308\u0041\u0304")]
    public void Normalize_MarksLigaturesAndHangul_GivesEachForm(string text, string composed, string decomposed, string compatible, string compatibleDecomposed)
    {
        Assert.Equal(composed, Normalize(text, compatibility: false, compose: true));
        Assert.Equal(decomposed, Normalize(text, compatibility: false, compose: false));
        Assert.Equal(compatible, Normalize(text, compatibility: true, compose: true));
        Assert.Equal(compatibleDecomposed, Normalize(text, compatibility: true, compose: false));
    }

    [Fact]
    public void Normalize_RandomCharacters_FormsAgreeWithEachOther()
    {
        Random random = new(17);
        for (int i = 0; i < 5_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => RandomCharacter(random)));
            string composed = Normalize(text, compatibility: false, compose: true);
            string decomposed = Normalize(text, compatibility: false, compose: false);
            Assert.Equal(composed, Normalize(decomposed, compatibility: false, compose: true));
            Assert.Equal(decomposed, Normalize(composed, compatibility: false, compose: false));
            Assert.Equal(composed, Normalize(composed, compatibility: false, compose: true));
        }
    }

    [Fact]
    public void Normalize_LongRunOfMarks_OrdersThem()
    {
        UnicodeForm normalizer = new(compatibility: false, compose: true);
        TextBuffer buffer = new();
        buffer.Set(Encoding.UTF8.GetBytes("a" + string.Concat(Enumerable.Repeat("\u0301\u0316", 200_000))), atOrigin: true);
        normalizer.Normalize(buffer);
        Assert.StartsWith("\u00E1\u0316\u0316", Encoding.UTF8.GetString(buffer.Span), StringComparison.Ordinal);
    }

    private static string Normalize(string text, bool compatibility, bool compose)
    {
        TextBuffer buffer = new();
        buffer.Set(Encoding.UTF8.GetBytes(text), atOrigin: true);
        Forms[(compatibility ? 2 : 0) + (compose ? 1 : 0)].Normalize(buffer);
        return Encoding.UTF8.GetString(buffer.Span);
    }

    private static string RandomCharacter(Random random) => random.Next(7) switch
    {
        0 => char.ConvertFromUtf32(random.Next('a', 'z' + 1)),
        1 => char.ConvertFromUtf32(random.Next(0xC0, 0x180)),
        2 or 3 => char.ConvertFromUtf32(random.Next(0x300, 0x34F)),
        4 => char.ConvertFromUtf32(random.Next(0x1100, 0x1113)) + char.ConvertFromUtf32(random.Next(0x1161, 0x1176)),
        5 => char.ConvertFromUtf32(random.Next(0xAC00, 0xD7A4)) + char.ConvertFromUtf32(random.Next(0x11A7, 0x11C3)),
        _ => char.ConvertFromUtf32(random.Next(0x1E00, 0x1F00)),
    };
}
