namespace Engine.Inference.Tests;

public sealed class ModelFingerprintTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fingerprint").FullName;

    public ModelFingerprintTests()
    {
        Write("model.onnx", new byte[3_000_000]);
        Write("genai_config.json", [1, 2, 3]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_SameFilesAndRunner_IsTheSame()
    {
        string fingerprint = ModelFingerprint.Of(_folder, "managed");
        Write("MODEL_CARD.md", [9]);

        Assert.Equal(fingerprint, ModelFingerprint.Of(_folder, "managed"));
        Assert.Matches("^fp_[0-9a-f]{16}$", fingerprint);
    }

    [Fact]
    public void Of_AnythingElseThatCounts_IsAnother()
    {
        HashSet<string> fingerprints = [ModelFingerprint.Of(_folder, "managed"), ModelFingerprint.Of(_folder, "other")];
        Write("genai_config.json", [1, 2, 4]);
        fingerprints.Add(ModelFingerprint.Of(_folder, "managed"));
        Write("extra.json", [1]);
        fingerprints.Add(ModelFingerprint.Of(_folder, "managed"));
        byte[] weights = new byte[3_000_000];
        weights[^1] = 1;
        weights[5] = 1;
        Write("model.onnx", weights);
        fingerprints.Add(ModelFingerprint.Of(_folder, "managed"));
        Write("model.onnx", new byte[3_000_001]);
        fingerprints.Add(ModelFingerprint.Of(_folder, "managed"));

        Assert.Equal(6, fingerprints.Count);
    }

    private void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(_folder, name), content);
}
