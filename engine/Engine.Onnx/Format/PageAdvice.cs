using System.Runtime.InteropServices;

namespace Engine.Onnx.Format;

/// <summary>What we tell the operating system of memory that we have mapped. Advice: where it is not taken, nothing changes but the memory in use.</summary>
internal static unsafe partial class PageAdvice
{
    private const int DontNeed = 4;

    /// <summary>Takes pages of a mapped file out of this process's memory; they are read again if they are needed again.</summary>
    /// <param name="start">The first byte; pages that begin before it stay.</param>
    /// <param name="length">Bytes; pages that end behind them stay.</param>
    public static void Release(byte* start, long length)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint first = ((nuint)start + page - 1) & ~(page - 1);
        nuint last = ((nuint)start + (nuint)length) & ~(page - 1);
        if (last <= first)
        {
            return;
        }

        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            _ = Advise(first, last - first, DontNeed);
        }
        else if (OperatingSystem.IsWindows())
        {
            // For pages that are not locked: they leave the working set.
            _ = Unlock(first, last - first);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);

    [LibraryImport("kernel32", EntryPoint = "VirtualUnlock")]
    private static partial int Unlock(nuint address, nuint length);
}
