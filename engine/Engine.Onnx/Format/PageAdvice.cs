using System.Runtime.InteropServices;

namespace Engine.Onnx.Format;

/// <summary>What we tell the operating system of memory. Advice: where it is not taken, nothing changes but speed and the memory in use.</summary>
internal static unsafe partial class PageAdvice
{
    private const int DontNeed = 4;
    private const int HugePage = 14;

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

    /// <summary>Asks for pages as large as the processor has, where the operating system gives them out on request: Linux.</summary>
    /// <param name="start">The first byte, on a page border.</param>
    /// <param name="length">Bytes.</param>
    public static void RequestHugePages(byte* start, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Advise((nuint)start, (nuint)length, HugePage);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);

    [LibraryImport("kernel32", EntryPoint = "VirtualUnlock")]
    private static partial int Unlock(nuint address, nuint length);
}
