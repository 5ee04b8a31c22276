using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Tensors;

public sealed class TensorTests
{
    [Fact]
    public void Create_Values_KeepsACopyAtAnAlignedPlace()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        using Tensor tensor = Tensor.Create<float>(values, new Shape(2, 3));
        values[0] = 9;
        Assert.Equal([1, 2, 3, 4, 5, 6], tensor.AsReadOnlySpan<float>().ToArray());
        Assert.Equal(ElementType.Float32, tensor.ElementType);
        unsafe
        {
            Assert.Equal(0, (long)tensor.Data % 64);
        }
    }

    [Fact]
    public void Create_OtherCountThanTheShape_Throws() => Assert.Throws<ArgumentException>(() => Tensor.Create<float>([1, 2, 3], new Shape(2)));

    [Fact]
    public void AsSpan_OtherType_Throws()
    {
        using Tensor tensor = Tensor.Create<float>(1, 2);
        Assert.Throws<InvalidOperationException>(() => tensor.AsSpan<int>());
        Assert.Throws<InvalidOperationException>(() => tensor.AsSpan<Half>());
        Assert.Equal(8, tensor.AsSpan<byte>().Length);
    }

    [Fact]
    public void AsSpan_ReadOnly_Throws()
    {
        using Tensor tensor = Tensor.Create<float>(1, 2);
        tensor.MakeReadOnly();
        Assert.Throws<InvalidOperationException>(() => tensor.AsSpan<float>());
        Assert.Throws<InvalidOperationException>(() => tensor.WritableSlice<float>(0, 1));
        Assert.Equal(2, tensor.AsReadOnlySpan<float>()[1]);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(1, 3)]
    [InlineData(long.MaxValue, 1)]
    public void Slice_OutsideTheTensor_Throws(long start, int count)
    {
        using Tensor tensor = Tensor.Create<float>(1, 2, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice<float>(start, count).ToArray());
    }

    [Theory]
    [InlineData(ElementType.Int4, 3, 2)]
    [InlineData(ElementType.UInt2, 5, 2)]
    [InlineData(ElementType.BFloat16, 3, 6)]
    [InlineData(ElementType.Bool, 3, 3)]
    public void Allocate_AnyType_PacksItsElements(ElementType type, int count, int bytes)
    {
        using Tensor tensor = Tensor.Allocate(type, new Shape(count));
        Assert.Equal(bytes, tensor.ByteLength);
        Assert.Equal(-1, tensor.AsReadOnlySpan<byte>().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Reshape_WithinItsMemory_KeepsTheBytes()
    {
        using Tensor tensor = Tensor.Create<int>([1, 2, 3, 4], new Shape(4));
        tensor.Reshape(new Shape(1, 2));
        Assert.Equal([1, 2], tensor.AsReadOnlySpan<int>().ToArray());
        tensor.Reshape(new Shape(2, 2));
        Assert.Equal([1, 2, 3, 4], tensor.AsReadOnlySpan<int>().ToArray());
        Assert.Throws<InvalidOperationException>(() => tensor.Reshape(new Shape(5)));
    }

    [Fact]
    public void AsSpan_Disposed_GivesNothing()
    {
        Tensor tensor = Tensor.Create<float>(1, 2);
        tensor.Dispose();
        Assert.Equal(0, tensor.AsReadOnlySpan<float>().Length);
        Assert.Throws<ObjectDisposedException>(() => tensor.Reshape(new Shape(1)));
    }

    [Theory]
    [InlineData(1.0f, 0x3F80)]
    [InlineData(-2.5f, 0xC020)]
    [InlineData(1.00390625f, 0x3F80)]
    [InlineData(1.01171875f, 0x3F82)]
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(3.4e38f, 0x7F80)]
    public void BFloat16_FromSingle_RoundsToNearestEven(float value, int bits) => Assert.Equal(bits, BFloat16.FromSingle(value).Bits);

    [Fact]
    public void BFloat16_NaN_StaysNaN() => Assert.True(float.IsNaN(BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(0x7F800001)).ToSingle()));
}
