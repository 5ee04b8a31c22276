namespace Engine.OnnxRuntime.Tests;

public sealed class RowTableTests
{
    [Fact]
    public void RowOf_SequencesThatBegin_TakeTheLowestFreeRow()
    {
        RowTable rows = new(4);
        rows.BeginStep();

        Assert.Equal([0, 1, 2], [rows.RowOf(10, 0), rows.RowOf(11, 0), rows.RowOf(12, 0)]);
        rows.Release(11);
        Assert.Equal(1, rows.RowOf(13, 0));
        Assert.Equal(0, rows.RowOf(10, 5));
    }

    [Fact]
    public void RowOf_NoRowIsFree_TakesTheOneUsedLongestAgo()
    {
        RowTable rows = new(2);
        rows.BeginStep();
        rows.RowOf(10, 0);
        rows.BeginStep();
        rows.RowOf(11, 0);
        rows.BeginStep();

        Assert.Equal(0, rows.RowOf(12, 0));
        Assert.Throws<InvalidOperationException>(() => rows.RowOf(10, 1));
        Assert.Equal(1, rows.RowOf(11, 1));
    }

    [Fact]
    public void RowOf_EarlierPosition_ForgetsWhatIsBehind()
    {
        RowTable rows = new(1);
        rows.RowOf(10, 0);
        rows.Lengths[0] = 9;

        rows.RowOf(10, 4);

        Assert.Equal(4, rows.Lengths[0]);
    }

    [Fact]
    public void FindGap_RowsThatWereLeft_ArePackedFromTheTop()
    {
        RowTable rows = new(8);
        rows.BeginStep();
        for (int sequence = 0; sequence < 5; sequence++)
        {
            rows.Lengths[rows.RowOf(sequence, 0)] = sequence + 1;
        }

        rows.Release(1);
        rows.Release(2);

        Assert.True(rows.FindGap(out int from, out int to));
        Assert.Equal((4, 1), (from, to));
        rows.Move(from, to);
        Assert.Equal(1, rows.RowOf(4, 5));
        Assert.Equal([1, 5, 0, 4, 0], rows.Lengths[..5].ToArray());
        Assert.True(rows.FindGap(out from, out to));
        rows.Move(from, to);
        Assert.False(rows.FindGap(out _, out _));
    }
}
