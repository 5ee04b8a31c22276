using Engine.Onnx.Format;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.DirectML;

/// <summary>
/// The files of a rewritten folder that hold weights: the model's own under other names, which takes no room, and one for what the rewriting made. No name
/// comes from the model.
/// </summary>
internal sealed unsafe class WeightFiles(string folder) : IDisposable
{
    private const string OwnName = "rewritten.data";
    private const int Alignment = 4096;
    private const int InlineBelow = 1024;

    private readonly Dictionary<MappedFile, string> _links = [];
    private FileStream? _own;

    /// <summary>Where a tensor's bytes are; null for one so small that it belongs into the model.</summary>
    public WeightPlace? Place(Tensor tensor)
    {
        if (tensor.ByteLength < InlineBelow)
        {
            return null;
        }

        return tensor.Owner is MappedFile { Path: { } path } file ? new WeightPlace(Link(file, path), tensor.Data - file.Data) : Append(tensor);
    }

    public void Dispose() => _own?.Dispose();

    private string Link(MappedFile file, string path)
    {
        if (!_links.TryGetValue(file, out string? name))
        {
            name = $"weights-{_links.Count}.data";
            HardLink.CreateOrCopy(path, Path.Combine(folder, name));
            _links.Add(file, name);
        }

        return name;
    }

    private WeightPlace Append(Tensor tensor)
    {
        _own ??= new FileStream(Path.Combine(folder, OwnName), FileMode.CreateNew);
        long offset = (_own.Length + Alignment - 1) / Alignment * Alignment;
        _own.Position = offset;
        for (long start = 0; start < tensor.ByteLength; start += 1 << 20)
        {
            _own.Write(tensor.Slice<byte>(start, (int)Math.Min(1 << 20, tensor.ByteLength - start)));
        }

        return new WeightPlace(OwnName, offset);
    }
}
