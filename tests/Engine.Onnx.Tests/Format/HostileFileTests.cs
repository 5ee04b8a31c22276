using System.Runtime.InteropServices;
using System.Text;
using Engine.Onnx.Format;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Format;

/// <summary>Files that are damaged, or made to do harm, end in a sentence that names the file; never in a crash, an over-read or a huge allocation.</summary>
public sealed class HostileFileTests
{
    [Fact]
    public void Load_CutAtEveryByte_IsRefusedOrComplete()
    {
        byte[] whole = TestModel.Inline();
        int accepted = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            try
            {
                using OnnxModel model = OnnxModel.Load(whole.AsSpan(0, length));
                accepted++;
            }
            catch (InvalidModelException exception)
            {
                Assert.Contains("the model", exception.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(accepted, 0, 1);
    }

    [Fact]
    public void Load_EveryByteReplaced_IsRefusedOrRuns()
    {
        byte[] whole = TestModel.Inline();
        using Tensor x = Tensor.Create<float>(1, 2, 3);
        for (int place = 0; place < whole.Length; place++)
        {
            foreach (byte value in (ReadOnlySpan<byte>)[0x00, 0x01, 0x7F, 0x80, 0xFF, (byte)(whole[place] ^ 1), (byte)(whole[place] ^ 8)])
            {
                byte[] damaged = [.. whole];
                damaged[place] = value;
                try
                {
                    using OnnxModel model = OnnxModel.Load(damaged);
                    using OnnxSession session = OnnxSession.Create(model, new OnnxSessionOptions { Threads = 1 });
                    session.Run([.. Enumerable.Repeat<Tensor?>(x, session.Inputs.Count)], new Tensor?[session.Outputs.Count]);
                }
                catch (Exception exception) when (exception is InvalidModelException or ArgumentException)
                {
                }
            }
        }
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n", "Git LFS pointer")]
    [InlineData("<!doctype html><html><body>Not found</body></html>", "web page")]
    [InlineData("", "empty (0 bytes)")]
    [InlineData("\u0008\u0008", "no graph")]
    public void Load_FileOfAnotherKind_SaysWhich(string content, string expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("model.onnx", Encoding.UTF8.GetBytes(content));
        InvalidModelException exception = Assert.Throws<InvalidModelException>(() => OnnxModel.Load(path));
        Assert.Contains("model.onnx", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingFile_NamesFileAndFolder()
    {
        using TemporaryFolder folder = new();
        InvalidModelException exception = Assert.Throws<InvalidModelException>(() => OnnxModel.Load(folder.File("model.onnx")));
        Assert.Contains($"model.onnx is not in {folder.Path}", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(99, 21, null)]
    [InlineData(10, 99, "opset 99; opsets 7 to 27 are supported")]
    [InlineData(10, 5, "opset 5; opsets 7 to 27 are supported")]
    public void Load_OtherVersions_RefusesOnlyUnknownOpsets(long irVersion, long opset, string? expected)
    {
        byte[] bytes = TestModel.AddConstant(tensor => TestModel.Header(tensor).Bytes(9, new byte[12]), irVersion, opset);
        if (expected is null)
        {
            using OnnxModel model = OnnxModel.Load(bytes);
            Assert.Equal(irVersion, model.Metadata.IrVersion);
            return;
        }

        Assert.Contains(expected, Assert.Throws<InvalidModelException>(() => OnnxModel.Load(bytes)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(4)]
    public void Load_ShapeLargerThanTheData_IsRefusedWithoutAllocating(long size)
    {
        byte[] bytes = TestModel.AddConstant(tensor => TestModel.Header(tensor, size).Bytes(9, new byte[12]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("'w'", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(bytes)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Load_SparseTensorOfHugeShape_IsRefusedWithoutAllocating()
    {
        byte[] bytes = TestModel.AddConstant(
            sparse => sparse
                .Message(1, values => values.Int(1, 1).Int(2, 1).String(8, "w").Bytes(9, new byte[4]))
                .Message(2, indices => indices.Int(1, 1).Int(2, 7).Bytes(9, new byte[8]))
                .Int(3, int.MaxValue),
            constantField: 15);
        Assert.Contains("too large", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SparseTensor_IsMadeDense()
    {
        byte[] bytes = TestModel.AddConstant(
            sparse => sparse
                .Message(1, values => values.Int(1, 2).Int(2, 1).String(8, "w").Bytes(9, MemoryMarshal.AsBytes<float>([5, 7])))
                .Message(2, indices => indices.Int(1, 2).Int(2, 7).Bytes(9, MemoryMarshal.AsBytes<long>([0, 2])))
                .Int(3, 3),
            constantField: 15);
        using OnnxModel model = OnnxModel.Load(bytes);
        using OnnxSession session = OnnxSession.Create(model);
        using Tensor x = Tensor.Create<float>(1, 1, 1);
        Assert.Equal([6, 1, 8], session.Run(new Dictionary<string, Tensor> { ["x"] = x })["y"].AsReadOnlySpan<float>().ToArray());
    }

    [Fact]
    public void Load_SparseIndexOutsideTheShape_IsRefused()
    {
        byte[] bytes = TestModel.AddConstant(
            sparse => sparse
                .Message(1, values => values.Int(1, 1).Int(2, 1).String(8, "w").Bytes(9, new byte[4]))
                .Message(2, indices => indices.Int(1, 1).Int(2, 7).Bytes(9, MemoryMarshal.AsBytes<long>([3])))
                .Int(3, 3),
            constantField: 15);
        Assert.Contains("indices outside its shape", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GraphsNestedWithoutEnd_IsRefused()
    {
        // A node with a graph attribute that holds such a node, and so on.
        byte[] graph = [];
        for (int i = 0; i < 200; i++)
        {
            byte[] inner = graph;
            graph = new ProtoWriter().Message(1, node => node.String(4, "If").Message(5, attribute => attribute.String(1, "then_branch").Bytes(6, inner))).ToArray();
        }

        byte[] bytes = new ProtoWriter().Bytes(7, graph).Message(8, import => import.Int(2, 21)).ToArray();
        Assert.Contains("nested more than", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_NodesInACircle_IsRefused()
    {
        byte[] bytes = new ProtoWriter()
            .Message(7, graph => graph
                .Message(1, node => node.String(1, "b").String(2, "a").String(3, "first").String(4, "Neg"))
                .Message(1, node => node.String(1, "a").String(2, "b").String(3, "second").String(4, "Neg"))
                .Message(12, output => output.String(1, "b")))
            .Message(8, import => import.Int(2, 21))
            .ToArray();
        using OnnxModel model = OnnxModel.Load(bytes);
        Assert.Contains("depends on its own result", Assert.Throws<InvalidModelException>(() => OnnxSession.Create(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ReadOfUnknownValue_NamesNodeAndValue()
    {
        byte[] bytes = new ProtoWriter()
            .Message(7, graph => graph.Message(1, node => node.String(1, "nowhere").String(2, "y").String(3, "minus").String(4, "Neg")).Message(12, output => output.String(1, "y")))
            .Message(8, import => import.Int(2, 21))
            .ToArray();
        Assert.Contains("node 'minus' (Neg) reads 'nowhere'", Assert.Throws<InvalidModelException>(() => OnnxModel.Load(bytes)).Message, StringComparison.Ordinal);
    }
}
