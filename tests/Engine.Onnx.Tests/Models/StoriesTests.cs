using System.Text.Json;
using Engine.Tests;

namespace Engine.Onnx.Tests.Models;

/// <summary>A real model of 260 thousand parameters in five precisions and layouts.</summary>
public sealed class StoriesTests
{
    private const int Tokens = 80;

    public static TheoryData<string> Folders => [.. SharedData.FoldersOf("models").Where(folder => folder.StartsWith("stories260K", StringComparison.Ordinal))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Generate_FloatActivations_GivesTheGoldenTokens(string folder)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf($"models/{folder}/golden.json")));
        JsonElement expected = golden.RootElement.TryGetProperty("accuracy_level_0", out JsonElement floats) ? floats : golden.RootElement;
        long[] ids = [.. expected.GetProperty("greedy_ids").EnumerateArray().Take(Tokens).Select(id => id.GetInt64())];
        double tolerance = 2 * expected.GetProperty("tolerance").GetDouble();
        int certain = expected.GetProperty("margins").EnumerateArray().Take(Tokens - 1).TakeWhile(margin => margin.GetDouble() >= tolerance).Count();
        using OnnxSession session = Open(folder);
        Assert.Equal(ids[1..(certain + 1)], new GreedyDecoder(session, HeadSize(folder)).Generate([ids[0]], certain));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Append_InChunks_EqualsTheWholeBitForBit(string folder)
    {
        using OnnxSession session = Open(folder);
        long[] prompt = [1, 403, 407, 261, 378, 432, 383, 285, 260, 266, 401];
        float[] whole = new GreedyDecoder(session, HeadSize(folder)).Append(prompt);
        foreach (int size in (int[])[1, 4, 7])
        {
            GreedyDecoder decoder = new(session, HeadSize(folder));
            float[] last = [];
            foreach (long[] chunk in prompt.Chunk(size))
            {
                last = decoder.Append(chunk);
            }

            Assert.Equal(whole, last);
        }
    }

    /// <summary>Heads of 8 were padded to 16 where ONNX Runtime's fused rotary embedding wants that.</summary>
    private static int HeadSize(string folder) => folder == "stories260K-fp16" ? 8 : 16;

    private static OnnxSession Open(string folder)
    {
        using OnnxModel model = OnnxModel.Load(SharedData.PathOf($"models/{folder}/model.onnx"));
        return OnnxSession.Create(model, new OnnxSessionOptions { Threads = 1, AccuracyLevel = 1 });
    }
}
