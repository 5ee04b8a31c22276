using System.Text;
using Engine.Inference.Tokenization.Loading;

namespace Engine.Tests.Tokenization.Loading;

public class JsonNumberTests
{
    [Theory]
    [InlineData("0", 0.0)]
    [InlineData("-1.5", -1.5)]
    [InlineData("25e-1", 2.5)]
    [InlineData("1E+2", 100.0)]
    [InlineData("1e-400", 0.0)]
    [InlineData("0e999999999999", 0.0)]
    public void Parse_OrdinaryNumber_IsTheNearestDouble(string text, double expected) =>
        Assert.Equal(expected, JsonNumber.Parse(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Parse_SeventeenDigits_RoundsTheDigitsBeforeItDivides() =>
        Assert.Equal(-((double)20122928619384766UL / 1e16), JsonNumber.Parse("-2.0122928619384766"u8));

    [Fact]
    public void Parse_MoreDigitsThanFit_LeavesTheRestOut()
    {
        Assert.Equal((double)1234567890123456789UL / 1e18, JsonNumber.Parse("1.23456789012345678999999"u8));
        Assert.Equal((double)12345678901234567899UL * 1e3, JsonNumber.Parse("12345678901234567899123"u8));
    }

    [Fact]
    public void Parse_TooLarge_IsRefused() => Assert.Throws<FormatException>(() => JsonNumber.Parse("1e400"u8));
}
