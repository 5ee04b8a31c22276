using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Engine.OnnxRuntime.Devices;

/// <summary>The adapters that Windows shows, counted as DirectML does.</summary>
public static unsafe partial class DxgiAdapters
{
    private const int Release = 2;
    private const int GetDesc1 = 10;
    private const int EnumAdapters1 = 12;
    private const uint IsSoftware = 2;
    private const int MaxAdapters = 64;

    /// <summary>The adapters. Never throws; beyond Windows there are none.</summary>
    public static AdapterList Find()
    {
        if (!OperatingSystem.IsWindows())
        {
            return new AdapterList([], null, "DirectML exists on Windows alone.");
        }

        if (!NativeLibrary.TryLoad("d3d12.dll", out _))
        {
            return new AdapterList([], null, "This Windows has no Direct3D 12; DirectML needs Windows 10, version 1903, or later.");
        }

        try
        {
            IReadOnlyList<Adapter> found = Enumerate();
            return new AdapterList(found, "Direct3D 12", found.Count > 0 ? null : "Windows shows no graphics adapter; install the adapter's driver.");
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return new AdapterList([], null, "This Windows has no DXGI 1.1; DirectML needs Windows 10, version 1903, or later.");
        }
    }

    [SupportedOSPlatform("windows")]
    private static List<Adapter> Enumerate()
    {
        List<Adapter> found = [];
        Guid factoryId = new("770aae78-f26f-4dba-a829-253c83d1b387");
        if (CreateDXGIFactory1(&factoryId, out nint factory) < 0)
        {
            return found;
        }

        for (uint index = 0; index < MaxAdapters; index++)
        {
            nint adapter;
            if (((delegate* unmanaged[Stdcall]<nint, uint, nint*, int>)Method(factory, EnumAdapters1))(factory, index, &adapter) < 0)
            {
                break;
            }

            Description description;
            if (((delegate* unmanaged[Stdcall]<nint, Description*, int>)Method(adapter, GetDesc1))(adapter, &description) >= 0)
            {
                string name = new string(description.Text, 0, Description.TextLength).TrimEnd('\0');
                int end = name.IndexOf('\0', StringComparison.Ordinal);
                name = end < 0 ? name : name[..end];
                found.Add(new Adapter((int)index, (description.Flags & IsSoftware) == 0 ? name : $"{name} {Adapter.SoftwareMark}", (long)description.DedicatedVideoMemory));
            }

            _ = ((delegate* unmanaged[Stdcall]<nint, uint>)Method(adapter, Release))(adapter);
        }

        _ = ((delegate* unmanaged[Stdcall]<nint, uint>)Method(factory, Release))(factory);
        return found;
    }

    private static nint Method(nint instance, int index) => (*(nint**)instance)[index];

    [LibraryImport("dxgi.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int CreateDXGIFactory1(Guid* id, out nint factory);

    [StructLayout(LayoutKind.Sequential)]
    private struct Description
    {
        public const int TextLength = 128;

        public fixed char Text[TextLength];
        public uint VendorId;
        public uint DeviceId;
        public uint SubsystemId;
        public uint Revision;
        public nuint DedicatedVideoMemory;
        public nuint DedicatedSystemMemory;
        public nuint SharedSystemMemory;
        public long AdapterId;
        public uint Flags;
    }
}
