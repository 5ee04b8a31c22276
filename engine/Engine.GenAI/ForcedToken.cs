using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Engine.GenAI;

/// <summary>
/// Appends a token by way of GenAI's own search, where it refuses <see cref="Generator.AppendTokens"/> for a sequence that has tokens (DirectML): logits in which
/// only our token is possible leave the search no choice. The binding lacks the three calls.
/// </summary>
internal static unsafe partial class ForcedToken
{
    private const string Library = "onnxruntime-genai";

    /// <summary>Appends it.</summary>
    /// <returns>Its logits, <c>[1, 1, vocabulary]</c>.</returns>
    public static Tensor Append(Generator generator, int token, int vocabularySize)
    {
        float[] row = new float[vocabularySize];
        row.AsSpan().Fill(float.MinValue);
        row[token] = 0;
        fixed (float* data = row)
        {
            using Tensor logits = new((IntPtr)data, [1, 1, vocabularySize], ElementType.float32);
            Verify(SetLogits(HandleOf(generator), HandleOf(logits)));
        }

        generator.GenerateNextToken();
        Verify(GetLogits(HandleOf(generator), out IntPtr computed));
        return Create(computed);
    }

    private static void Verify(IntPtr result)
    {
        if (result == IntPtr.Zero)
        {
            return;
        }

        string message = Marshal.PtrToStringUTF8(ErrorOf(result)) ?? "";
        DestroyResult(result);
        throw new InvalidOperationException(message);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_generatorHandle")]
    private static extern ref IntPtr HandleOf(Generator generator);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_tensorHandle")]
    private static extern ref IntPtr HandleOf(Tensor tensor);

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern Tensor Create(IntPtr handle);

    [LibraryImport(Library, EntryPoint = "OgaGenerator_SetLogits")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial IntPtr SetLogits(IntPtr generator, IntPtr logits);

    [LibraryImport(Library, EntryPoint = "OgaGenerator_GetLogits")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial IntPtr GetLogits(IntPtr generator, out IntPtr logits);

    [LibraryImport(Library, EntryPoint = "OgaResultGetError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial IntPtr ErrorOf(IntPtr result);

    [LibraryImport(Library, EntryPoint = "OgaDestroyResult")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void DestroyResult(IntPtr result);
}
