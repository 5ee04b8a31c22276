using System.IO.MemoryMappedFiles;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Format;

/// <summary>
/// A file of a model, mapped read-only: the operating system reads pages as they are used and drops them under pressure.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly NativeBuffer? _memory;
    private bool _disposed;

    private MappedFile(string path, DateTime lastWrite, MemoryMappedFile file, MemoryMappedViewAccessor view, byte* data, long length)
    {
        Path = path;
        LastWriteTicks = lastWrite.Ticks;
        _file = file;
        _view = view;
        Data = data;
        Length = length;
    }

    private MappedFile(NativeBuffer memory, long length)
    {
        _memory = memory;
        Data = memory.Data;
        Length = length;
    }

    /// <summary>Where it is; null for a copy in memory.</summary>
    public string? Path { get; }

    /// <summary>When it was last written to, in UTC; 0 for a copy in memory.</summary>
    public long LastWriteTicks { get; }

    public byte* Data { get; }

    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">How messages call it.</param>
    /// <exception cref="InvalidModelException">It is empty, or cannot be read.</exception>
    public static MappedFile Open(string path, string name)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
            long length = stream.Length;
            if (length == 0)
            {
                throw new InvalidModelException($"{name} is empty (0 bytes), so it is incomplete; fetch it again.");
            }

            DateTime lastWrite = File.GetLastWriteTimeUtc(stream.SafeFileHandle);
            MemoryMappedFile file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            MemoryMappedViewAccessor view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* data = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref data);
            return new MappedFile(path, lastWrite, file, view, data + view.PointerOffset, length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InvalidModelException($"{name} cannot be read: {exception.Message.TrimEnd('.')}; check that it is a file and its permissions.", exception);
        }
    }

    /// <summary>Stands in for a file with a copy of bytes in memory.</summary>
    /// <exception cref="InvalidModelException">There are none.</exception>
    public static MappedFile Copy(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.IsEmpty)
        {
            throw new InvalidModelException($"{name} is empty (0 bytes), so it is incomplete; fetch it again.");
        }

        NativeBuffer memory = new(bytes.Length);
        bytes.CopyTo(new Span<byte>(memory.Data, bytes.Length));
        return new MappedFile(memory, bytes.Length);
    }

    /// <summary>Says that some bytes will hardly be read again.</summary>
    public void Release(byte* start, long length)
    {
        if (_file is not null)
        {
            PageAdvice.Release(start, length);
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
        _memory?.Dispose();
    }
}
