using System.Diagnostics.CodeAnalysis;
using Engine.Onnx;

namespace Engine.GenAI;

/// <summary>ONNX Runtime GenAI's native library.</summary>
[Experimental("ENGINE001")]
public static class GenAILibrary
{
    /// <summary>Loads it, for the whole process.</summary>
    /// <param name="nativeFolder">Its folder; <see langword="null"/>: among those that came with the program.</param>
    /// <returns>Why it cannot be used, as a sentence that says what to do; <see langword="null"/> if it can.</returns>
    public static string? WhyNot(string? nativeFolder = null)
    {
        try
        {
            NativeLibraries.Use(nativeFolder);
            return null;
        }
        catch (InvalidModelException exception)
        {
            return exception.Message;
        }
    }
}
