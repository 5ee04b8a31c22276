using Engine.Inference;

namespace Engine.GenAI.Tests;

public class RunFaultTests
{
    [Theory]
    [InlineData("887A0005\nDevice removed.", "the device was lost (887A0005 Device removed); the model is loaded again for the next request.")]
    [InlineData("CUDA failure 2: out of memory", "the device's memory does not suffice (CUDA failure 2: out of memory); ask for fewer tokens, or serve fewer sequences at a time (--max-sequences).")]
    [InlineData("Gather: out of bounds", "ONNX Runtime GenAI said: Gather: out of bounds.")]
    public void Of_WhatGenAISays_IsOneSentence(string message, string expected)
    {
        GenerationException error = RunFault.Of(new InvalidOperationException(message));

        Assert.Equal(GenerationError.ModelFailed, error.Error);
        Assert.Equal(expected, error.Message);
    }
}
