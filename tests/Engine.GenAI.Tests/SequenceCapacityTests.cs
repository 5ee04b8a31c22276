namespace Engine.GenAI.Tests;

public class SequenceCapacityTests
{
    [Theory]
    [InlineData(10, 10, 200, 131072, 200)]
    [InlineData(10, 10, 131072, 131072, 4096)]
    [InlineData(512, 10_000, 131072, 131072, 16384)]
    [InlineData(4096, 4096, 131072, 131072, 8192)]
    [InlineData(20_000, 20_000, 131072, 131072, 32768)]
    [InlineData(100, 0, 0, 8192, 4096)]
    [InlineData(100, 0, 0, 128, 128)]
    [InlineData(8000, 8000, 8100, 8192, 8100)]
    public void Of_WhatIsKnown_IsWhatMayBeNeeded(int needed, int length, int maxLength, int contextLength, int expected) =>
        Assert.Equal(expected, SequenceCapacity.Of(needed, length, maxLength, contextLength));

    [Theory]
    [InlineData(200, 200, true)]
    [InlineData(4096, 10, true)]
    [InlineData(199, 200, false)]
    [InlineData(131072, 200, false)]
    [InlineData(16384, 9000, true)]
    public void Suits_CapacityOfAnother_IsEnoughAndNoWaste(int capacity, int wanted, bool expected) =>
        Assert.Equal(expected, SequenceCapacity.Suits(capacity, wanted));
}
