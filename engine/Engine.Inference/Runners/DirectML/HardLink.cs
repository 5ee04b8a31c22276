using System.Runtime.InteropServices;

namespace Engine.Inference.Runners.DirectML;

/// <summary>A second name for a file, which takes no room: a call into the operating system, since .NET has none for it.</summary>
internal static partial class HardLink
{
    /// <summary>Gives a file a second name, or copies it where the file system cannot.</summary>
    public static void CreateOrCopy(string file, string name)
    {
        string target = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        bool linked = OperatingSystem.IsWindows() ? CreateHardLink(name, target, 0) : Link(target, name) == 0;
        if (!linked)
        {
            File.Copy(target, name);
        }
    }

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string name, string target, nint security);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string target, string name);
}
