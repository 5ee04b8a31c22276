using System.Text;
using Engine.Cli.JsonLines;

namespace Engine.Cli.Tests.JsonLines;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\n\nb", new[] { "a", "", "b" })]
    [InlineData("a\r\nb\r\n", new[] { "a\r", "b\r" })]
    [InlineData("\uFEFFa\n\uFEFFb\n", new[] { "a", "\uFEFFb" })]
    public async Task ReadAsync_AnyPieces_GivesTheLines(string text, string[] expected)
    {
        for (int piece = 1; piece <= 4; piece++)
        {
            Assert.Equal(expected, await LinesOfAsync(new PiecewiseStream(Encoding.UTF8.GetBytes(text), piece)));
        }
    }

    [Fact]
    public async Task ReadAsync_LinesLongerThanTheBuffer_GivesThemWhole()
    {
        string[] lines = [.. Enumerable.Range(0, 20).Select(index => new string((char)('a' + index), index * 40_000))];

        Assert.Equal(lines, await LinesOfAsync(new PiecewiseStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), 100_000)));
    }

    [Fact]
    public async Task ReadAsync_LineAboveTheLimit_SaysSoAndGoesOnBehindIt()
    {
        byte[] text = new byte[LineReader.MaxLength + (1 << 20)];
        text.AsSpan().Fill((byte)'x');
        "\nnext"u8.CopyTo(text.AsSpan(text.Length - 5));
        using LineReader reader = new(new MemoryStream(text));

        ReadOnlyMemory<byte>? first = await reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(reader.WasTooLong);
        Assert.Equal(0, first!.Value.Length);

        ReadOnlyMemory<byte>? second = await reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.False(reader.WasTooLong);
        Assert.Equal("next"u8.ToArray(), second!.Value.ToArray());
        Assert.Null(await reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ReadAsync_CancelledWhileItWaits_EndsAtOnce()
    {
        using CancellationTokenSource source = new();
        using LineReader reader = new(new SilentStream());
        Task<ReadOnlyMemory<byte>?> reading = reader.ReadAsync(source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static async Task<string[]> LinesOfAsync(Stream stream)
    {
        using LineReader reader = new(stream);
        List<string> lines = [];
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is ReadOnlyMemory<byte> line)
        {
            lines.Add(Encoding.UTF8.GetString(line.Span));
        }

        return [.. lines];
    }

    private sealed class PiecewiseStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, piece));
    }

    private sealed class SilentStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            TestContext.Current.CancellationToken.WaitHandle.WaitOne(TimeSpan.FromSeconds(2));
            return 0;
        }
    }
}
