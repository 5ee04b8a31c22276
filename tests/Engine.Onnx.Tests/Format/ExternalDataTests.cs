using System.Runtime.InteropServices;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Format;

public sealed class ExternalDataTests
{
    private static readonly byte[] Weights = MemoryMarshal.AsBytes<float>([10, 20, 30]).ToArray();

    [Theory]
    [InlineData("weights.bin", "weights.bin")]
    [InlineData("./weights.bin", "weights.bin")]
    [InlineData("parts/layer0.bin", "parts/layer0.bin")]
    [InlineData("parts\\layer0.bin", "parts/layer0.bin")]
    public void Load_LocationInsideTheFolder_IsRead(string location, string file)
    {
        using TemporaryFolder folder = new();
        folder.Write(file, Weights);
        Assert.Equal([11, 22, 33], Run(folder.Write("model.onnx", TestModel.External(location))));
    }

    [Fact]
    public void Load_PathWithManyLetters_IsRead()
    {
        using TemporaryFolder folder = new();
        folder.Write("モデル é 🦙 (v1)/weights.bin", Weights);
        Assert.Equal([11, 22, 33], Run(folder.Write("モデル é 🦙 (v1)/model.onnx", TestModel.External("weights.bin"))));
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("parts/../../weights.bin")]
    [InlineData("..\\weights.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\weights.bin")]
    [InlineData("weights.bin\0.txt")]
    [InlineData("")]
    [InlineData(".")]
    public void Load_LocationOutsideTheFolder_IsRefused(string location)
    {
        using TemporaryFolder folder = new();
        folder.Write("weights.bin", Weights);
        string path = folder.Write("model/model.onnx", TestModel.External(location));
        Assert.Contains("outside the model's folder", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingData_NamesFileAndFolder()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("model.onnx", TestModel.External("model.onnx.data"));
        string message = Assert.Throws<InvalidModelException>(() => OnnxModel.Load(path)).Message;
        Assert.Contains("'model.onnx.data'", message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(11, "0", "12", "wants 12 bytes at 0, the file has 11")]
    [InlineData(12, "1", "12", "wants 12 bytes at 1, the file has 12")]
    [InlineData(12, "9223372036854775807", "12", "wants 12 bytes at 9223372036854775807")]
    [InlineData(12, "0", "8", "takes 12 bytes, but 8 are given")]
    [InlineData(12, "-1", "12", "the offset '-1'")]
    [InlineData(12, "99999999999999999999", "12", "the offset '99999999999999999999'")]
    public void Load_RangeOutsideTheData_NamesTensorAndBytes(int fileLength, string offset, string length, string expected)
    {
        using TemporaryFolder folder = new();
        folder.Write("weights.bin", new byte[fileLength]);
        string path = folder.Write("model.onnx", TestModel.External("weights.bin", offset, length));
        string message = Assert.Throws<InvalidModelException>(() => OnnxModel.Load(path)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("'w'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LengthLeftOut_TakesTheShapes()
    {
        using TemporaryFolder folder = new();
        folder.Write("weights.bin", [.. new byte[4], .. Weights]);
        Assert.Equal([11, 22, 33], Run(folder.Write("model.onnx", TestModel.External("weights.bin", "4", length: null))));
    }

    [Fact]
    public void Load_DataIsAPointer_SaysSo()
    {
        using TemporaryFolder folder = new();
        folder.Write("weights.bin", "version https://git-lfs.github.com/spec/v1\n"u8);
        string path = folder.Write("model.onnx", TestModel.External("weights.bin"));
        Assert.Contains("Git LFS pointer", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LinkOutOfTheFolder_IsRefused()
    {
        using TemporaryFolder folder = new();
        folder.Write("secret.bin", Weights);
        string path = folder.Write("model/model.onnx", TestModel.External("weights.bin"));
        File.CreateSymbolicLink(folder.File("model/weights.bin"), folder.File("secret.bin"));
        Assert.Contains("outside the model's folder", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LinkedFolderOutOfTheFolder_IsRefused()
    {
        using TemporaryFolder folder = new();
        folder.Write("secret/weights.bin", Weights);
        string path = folder.Write("model/model.onnx", TestModel.External("parts/weights.bin"));
        Directory.CreateSymbolicLink(folder.File("model/parts"), folder.File("secret"));
        Assert.Contains("outside the model's folder", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_HubCache_FollowsLinksIntoItsOwnBlobs()
    {
        using TemporaryFolder folder = new();
        folder.Write("models--a--b/blobs/0123", TestModel.External("model.onnx.data"));
        folder.Write("models--a--b/blobs/4567", Weights);
        Directory.CreateDirectory(folder.File("models--a--b/snapshots/r1"));
        File.CreateSymbolicLink(folder.File("models--a--b/snapshots/r1/model.onnx"), "../../blobs/0123");
        File.CreateSymbolicLink(folder.File("models--a--b/snapshots/r1/model.onnx.data"), "../../blobs/4567");
        Assert.Equal([11, 22, 33], Run(folder.File("models--a--b/snapshots/r1/model.onnx")));
    }

    [Fact]
    public void Load_HubCache_RefusesTheBlobsOfAnother()
    {
        using TemporaryFolder folder = new();
        folder.Write("models--c--d/blobs/4567", Weights);
        string path = folder.Write("models--a--b/snapshots/r1/model.onnx", TestModel.External("model.onnx.data"));
        File.CreateSymbolicLink(folder.File("models--a--b/snapshots/r1/model.onnx.data"), "../../../models--c--d/blobs/4567");
        Assert.Contains("outside the model's folder", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AfterModelIsDisposed_StillHasItsWeights()
    {
        using TemporaryFolder folder = new();
        folder.Write("weights.bin", Weights);
        OnnxModel model = OnnxModel.Load(folder.Write("model.onnx", TestModel.External("weights.bin")));
        using OnnxSession session = OnnxSession.Create(model);
        model.Dispose();
        Assert.Equal([11, 22, 33], Run(session));
        Assert.Throws<ObjectDisposedException>(() => OnnxSession.Create(model));
    }

    private static float[] Run(string path)
    {
        using OnnxModel model = OnnxModel.Load(path);
        using OnnxSession session = OnnxSession.Create(model, new OnnxSessionOptions { Threads = 1 });
        return Run(session);
    }

    private static float[] Run(OnnxSession session)
    {
        using Tensor x = Tensor.Create<float>(1, 2, 3);
        return session.Run(new Dictionary<string, Tensor> { ["x"] = x })["y"].AsReadOnlySpan<float>().ToArray();
    }
}
