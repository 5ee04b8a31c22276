using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Tensors;

public sealed class ShapeTests
{
    [Fact]
    public void Dimensions_OfAShape_AreThoseGiven()
    {
        Shape shape = new(2, 3, 5);
        Assert.Equal([2, 3, 5], shape.Dimensions.ToArray());
        Assert.Equal(30, shape.ElementCount);
        Assert.Equal(5, shape[^1]);
        Assert.Equal("[2,3,5]", shape.ToString());
        Assert.Equal(1, Shape.Scalar.ElementCount);
    }

    [Fact]
    public void Constructor_TooManyOrNegative_Throws()
    {
        Assert.Throws<ArgumentException>(() => new Shape(1, 1, 1, 1, 1, 1, 1, 1, 1));
        Assert.Throws<ArgumentException>(() => new Shape(2, -1));
    }

    [Fact]
    public void ElementCount_BeyondALong_Throws() =>
        Assert.Throws<OverflowException>(() => new Shape(int.MaxValue, int.MaxValue, int.MaxValue).ElementCount);

    [Theory]
    [InlineData(new[] { 2, 3 }, new[] { 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 2, 1 }, new[] { 1, 4 }, new[] { 2, 4 })]
    [InlineData(new int[0], new[] { 7 }, new[] { 7 })]
    [InlineData(new[] { 0 }, new[] { 1 }, new[] { 0 })]
    [InlineData(new[] { 2, 3 }, new[] { 2 }, null)]
    [InlineData(new[] { 0 }, new[] { 2 }, null)]
    public void TryBroadcast_TwoShapes_FollowsNumPy(int[] left, int[] right, int[]? expected)
    {
        Assert.Equal(expected is not null, Shape.TryBroadcast(new Shape(left), new Shape(right), out Shape result));
        Assert.Equal(expected ?? [], result.Dimensions.ToArray());
    }

    [Fact]
    public void Equals_SameDimensions_HoldsWhateverTheHistory()
    {
        Assert.Equal(new Shape(2, 4), new Shape(2, 3).With(1, 4));
        Assert.NotEqual(new Shape(2), new Shape(2, 1));
    }
}
