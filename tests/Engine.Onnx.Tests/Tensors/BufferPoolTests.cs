using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Tensors;

public sealed class BufferPoolTests
{
    [Fact]
    public void Rent_AfterReturn_GivesTheSameBuffer()
    {
        using BufferPool pool = new();
        PooledBuffer first = pool.Rent(1000);
        first.Release();
        Assert.Same(first, pool.Rent(990));
        Assert.Equal(1, pool.BufferCount);
    }

    [Fact]
    public void Release_OfOneOfTwoReferences_KeepsTheBuffer()
    {
        using BufferPool pool = new();
        PooledBuffer shared = pool.Rent(64);
        shared.AddReference();
        Assert.False(shared.IsUnshared);
        shared.Release();
        Assert.True(shared.IsUnshared);
        Assert.NotSame(shared, pool.Rent(64));
    }

    [Fact]
    public unsafe void Rent_ManySizes_AreLargeEnoughAlignedAndNotWasteful()
    {
        using BufferPool pool = new();
        for (long size = 0; size < 100_000; size = (size * 5 / 4) + 1)
        {
            PooledBuffer buffer = pool.Rent(size);
            Assert.InRange(buffer.ByteCapacity, size, Math.Max(64, size * 5 / 4));
            Assert.Equal(0, (long)buffer.Data % BufferPool.Alignment);
            buffer.Release();
        }
    }

    [Fact]
    public void Rent_BeyondTheLimit_Throws()
    {
        using BufferPool pool = new(maxByteCount: 1024);
        pool.Rent(512);
        Assert.Throws<PoolExhaustedException>(() => pool.Rent(1024));
    }

    [Fact]
    public unsafe void Dispose_WithALentBuffer_MakesItsTensorRefuse()
    {
        BufferPool pool = new();
        PooledBuffer buffer = pool.Rent(64);
        Tensor tensor = new();
        tensor.Bind(ElementType.Float32, new Shape(4), buffer.Data, buffer.ByteCapacity, buffer, isReadOnly: false);
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.AsReadOnlySpan<float>().ToArray());
        tensor.Dispose();
    }
}
