using Engine.Onnx.Tests.Format;
using Engine.Onnx.Tests.Kernels;
using Engine.Onnx.Weights;

namespace Engine.Onnx.Tests.Weights;

public sealed class WeightCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly float[] _expected;

    public WeightCacheTests()
    {
        _model = QuantizedModel.Write(_folder);
        _expected = Run(WeightPreparation.Packed).Result;
    }

    private string Cache => _folder.File("cache");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Create_SecondTime_MapsTheCacheAndGivesTheSameBits()
    {
        (float[] first, bool firstFromCache) = Run();
        (float[] second, bool secondFromCache) = Run();

        Assert.False(firstFromCache);
        Assert.True(secondFromCache);
        TestData.AssertSameBits(_expected, first, "made");
        TestData.AssertSameBits(_expected, second, "mapped");
    }

    /// <summary>Places all over the file: magic, lengths, identity, entries, checksums, weights, the very end.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.0001)]
    [InlineData(0.0006)]
    [InlineData(0.002)]
    [InlineData(0.004)]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(0.99999)]
    public void Create_DamagedFile_IsReplaced(double place)
    {
        Run();
        string file = Assert.Single(Files());
        byte[] bytes = File.ReadAllBytes(file);
        bytes[(int)(place * bytes.Length)] ^= 0x10;
        File.WriteAllBytes(file, bytes);

        AssertReplaced();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(5000)]
    [InlineData(-1)]
    public void Create_TruncatedFile_IsReplaced(int length)
    {
        Run();
        string file = Assert.Single(Files());
        byte[] bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..(length < 0 ? bytes.Length + length : length)]);

        AssertReplaced();
    }

    [Fact]
    public void Create_FileOfAnotherIdentity_IsReplaced()
    {
        Run();
        string file = Assert.Single(Files());
        string other = QuantizedModel.Write(_folder, seed: 2, name: "other");
        Run(model: other);
        File.Copy(Assert.Single(Files(), path => path != file), file, overwrite: true);

        AssertReplaced();
    }

    [Fact]
    public void Identity_OtherLayoutOrContentOrTime_IsAnother()
    {
        byte[] identity = Identity(version: 1);
        Assert.Equal(identity, Identity(version: 1));
        Assert.NotEqual(identity, Identity(version: 2));

        DateTime time = File.GetLastWriteTimeUtc(_folder.File("model.data"));
        QuantizedModel.Write(_folder, seed: 2);
        File.SetLastWriteTimeUtc(_folder.File("model.data"), time);
        Assert.NotEqual(identity, Identity(version: 1));

        QuantizedModel.Write(_folder);
        File.SetLastWriteTimeUtc(_folder.File("model.data"), time.AddSeconds(1));
        Assert.NotEqual(identity, Identity(version: 1));

        byte[] Identity(int version)
        {
            using OnnxModel model = OnnxModel.Load(_model);
            return ModelIdentity.Of(model.Files, version)!;
        }
    }

    [Fact]
    public void Create_FolderThatCannotBe_RunsWithoutCache()
    {
        _folder.Write("cache", [1]);

        (float[] result, bool fromCache) = Run();

        TestData.AssertSameBits(_expected, result, "without a cache");
        Assert.False(fromCache);
        Assert.Equal([1], File.ReadAllBytes(Cache));
    }

    [Fact]
    public void Create_MoreThanTheBound_IsNotKept()
    {
        Run(bytes: 1000);
        Assert.Empty(Files());
    }

    [Fact]
    public void Create_BoundExceeded_DeletesWhatWasUnusedForLongest()
    {
        string second = QuantizedModel.Write(_folder, seed: 2, name: "second");
        string third = QuantizedModel.Write(_folder, seed: 3, name: "third");
        Run();
        string oldest = Assert.Single(Files());
        File.SetLastWriteTimeUtc(oldest, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Run(model: second);
        string older = Assert.Single(Files(), file => file != oldest);
        File.SetLastWriteTimeUtc(older, new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        string abandoned = _folder.Write("cache/x.writing", [1]);
        File.SetLastWriteTimeUtc(abandoned, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        // The oldest is used once more, so that it is the other's turn.
        Assert.True(Run().FromCache);
        Run(model: third, bytes: 2 * new FileInfo(oldest).Length);

        Assert.True(File.Exists(oldest));
        Assert.False(File.Exists(older));
        Assert.False(File.Exists(abandoned));
        Assert.Equal(2, Files().Length);
    }

    [Fact]
    public async Task Create_SeveralAtOnce_AllComputeTheSameAndLeaveOneFile()
    {
        float[][] results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Run().Result)));

        Assert.All(results, result => TestData.AssertSameBits(_expected, result, "beside others"));
        Assert.True(Run().FromCache);
        Assert.Single(Directory.GetFiles(Cache));
    }

    [Fact]
    public void Create_SmallModelByDefault_IsNotCached()
    {
        Run(WeightPreparation.Auto);
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public void Dispose_AtOnce_LeavesNothingHalfWritten()
    {
        using OnnxModel model = OnnxModel.Load(_model);
        OnnxSession.Create(model, Options(WeightPreparation.Cached)).Dispose();

        Assert.Empty(Directory.Exists(Cache) ? Directory.GetFiles(Cache, "*.writing") : []);
    }

    [Theory]
    [InlineData(WeightPreparation.Packed)]
    [InlineData(WeightPreparation.InPlace)]
    [InlineData(WeightPreparation.Auto)]
    [InlineData(WeightPreparation.Cached)]
    public void Run_AnyPreparation_GivesTheSameBits(WeightPreparation preparation) => TestData.AssertSameBits(_expected, Run(preparation).Result, preparation.ToString());

    [Fact]
    public unsafe void Checksum_AnyBitChanged_IsAnother()
    {
        byte[] bytes = new byte[300];
        new Random(4).NextBytes(bytes);
        fixed (byte* data = bytes)
        {
            ulong sum = Checksum.Of(data, bytes.Length);
            Assert.NotEqual(sum, Checksum.Of(data, bytes.Length - 1));
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                data[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.NotEqual(sum, Checksum.Of(data, bytes.Length));
                data[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    private string[] Files() => Directory.Exists(Cache) ? Directory.GetFiles(Cache, "*.weights") : [];

    private void AssertReplaced()
    {
        (float[] repacked, bool fromCache) = Run();
        Assert.False(fromCache);
        TestData.AssertSameBits(_expected, repacked, "repacked");

        (float[] again, bool againFromCache) = Run();
        Assert.True(againFromCache);
        TestData.AssertSameBits(_expected, again, "mapped again");
    }

    private (float[] Result, bool FromCache) Run(WeightPreparation preparation = WeightPreparation.Cached, string? model = null, long bytes = 1L << 30)
    {
        using OnnxModel loaded = OnnxModel.Load(model ?? _model);
        using OnnxSession session = OnnxSession.Create(loaded, Options(preparation, bytes));
        session.Weights.Saving.Wait();
        return (QuantizedModel.Run(session), session.Weights.IsFromCache);
    }

    private OnnxSessionOptions Options(WeightPreparation preparation, long bytes = 1L << 30) =>
        new() { Threads = 2, Weights = preparation, WeightCacheFolder = Cache, WeightCacheBytes = bytes };
}
